import type Router from '@koa/router'
import { browserPlanRoute, completeBrowserRoute, putSegmentRoute } from '#protocol/api/browser.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { MarketError } from '../../errors.ts'
import type { BrowserEncodes } from '../../ports/browser-encodes.ts'
import type { EncoderDirectory } from '../../ports/encoder-directory.ts'
import type { JobScheduler, Lease, LeasedJob } from '../../ports/job-scheduler.ts'
import { mount } from '../mount.ts'
import { settled } from '../refusals.ts'
import { ownEncoder } from './callers.ts'
import { viewJob } from './job-routes.ts'

type Shown = {
  readonly jobId: EncodingJobId
  readonly encoderId: string
  readonly fencingToken: number
}

export type BrowserRouteDeps = {
  readonly scheduler: JobScheduler
  readonly encoders: EncoderDirectory
  readonly browserEncodes: BrowserEncodes
}

/** What a tab does with a job that it has claimed; each call shows the lease, and renews it. */
export function mountBrowserRoutes(router: Router, deps: BrowserRouteDeps): void {
  const { scheduler, encoders, browserEncodes } = deps
  const held = async (
    shown: Shown,
    caller: HiveAccount | null,
  ): Promise<{ readonly lease: Lease; readonly job: LeasedJob }> => {
    const { id } = await ownEncoder(encoders, shown.encoderId, caller)
    const lease = { job: shown.jobId, encoder: id, fencingToken: shown.fencingToken }
    const job = settled(await scheduler.renewLease(lease))
    if (job.tier === 'browser') return { lease, job }
    throw new MarketError('not-holder', 'Only what a tab has claimed is handed in here.')
  }
  mount(router, browserPlanRoute, async ({ body, caller }) => {
    const { job } = await held(body, caller)
    return await browserEncodes.plan(job)
  })
  mount(router, putSegmentRoute, async ({ params, query, body, caller }) => {
    const { jobId, ...place } = params
    const { lease, job } = await held({ ...query, jobId }, caller)
    await browserEncodes.keep(job, place, body, async () => {
      settled(await scheduler.renewLease(lease))
    })
    return { leaseExpiresAt: job.leaseExpiresAt }
  })
  mount(router, completeBrowserRoute, async ({ body, caller }) => {
    const { lease, job } = await held(body, caller)
    await browserEncodes.check(job, lease, body.processingTimeSec)
    return viewJob(job)
  })
}
