import type Router from '@koa/router'
import type { z } from 'zod'
import {
  claimRoute,
  completeRoute,
  failRoute,
  progressRoute,
  releaseRoute,
  renewRoute,
} from '#protocol/api/agent.ts'
import type { EncoderKind, EncodingJobId, FailureClass } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { MarketError } from '../../errors.ts'
import type { EncoderDirectory } from '../../ports/encoder-directory.ts'
import type {
  EncodingFailure,
  JobScheduler,
  Lease,
  ProgressReport,
} from '../../ports/job-scheduler.ts'
import { mount } from '../mount.ts'
import { settled } from '../refusals.ts'
import { ownEncoder } from './callers.ts'
import { viewJob } from './job-routes.ts'

type Shown = {
  readonly jobId: EncodingJobId
  readonly encoderId: string
  readonly fencingToken: number
}

export type AgentRouteDeps = {
  readonly onClaim: (kind: EncoderKind, outcome: 'leased' | 'none') => void
  readonly scheduler: JobScheduler
  readonly encoders: EncoderDirectory
}

/** What an encoder of any kind does with jobs of the queue: each call shows the lease, and the encoder has to be the caller's. */
export function mountAgentRoutes(router: Router, deps: AgentRouteDeps): void {
  const { scheduler, encoders, onClaim } = deps
  const leaseOf = async (shown: Shown, caller: HiveAccount | null): Promise<Lease> => {
    const { id } = await ownEncoder(encoders, shown.encoderId, caller)
    return { job: shown.jobId, encoder: id, fencingToken: shown.fencingToken }
  }
  mount(router, claimRoute, async ({ body, caller }) => {
    const { id, owner, kind } = await ownEncoder(encoders, body.encoderId, caller)
    const job = await scheduler.claimJob({ id, owner }, [kind])
    onClaim(kind, job ? 'leased' : 'none')
    if (!job) return { job: null }
    const { fencingToken, inputCid, permlink, isShort, qualities, leaseExpiresAt } = job
    return {
      job: {
        ...{ jobId: job.id, encoderId: id, fencingToken },
        ...{ inputCid, owner: job.owner, permlink, isShort, qualities, leaseExpiresAt },
      },
    }
  })
  mount(router, renewRoute, async ({ body, caller }) => {
    const { leaseExpiresAt } = settled(await scheduler.renewLease(await leaseOf(body, caller)))
    return { leaseExpiresAt }
  })
  mount(router, progressRoute, async ({ body, caller }) => {
    const lease = await leaseOf(body, caller)
    const { leaseExpiresAt } = settled(await scheduler.reportProgress(lease, reportOf(body)))
    return { leaseExpiresAt }
  })
  mount(router, releaseRoute, async ({ body, caller }) =>
    viewJob(settled(await scheduler.releaseJob(await leaseOf(body, caller), body.reason))),
  )
  mount(router, completeRoute, async ({ body, caller }) => {
    const { outputCid, manifestPath, qualities, processingTimeSec, outputSizeBytes } = body
    const result = { outputCid, manifestPath, qualities, processingTimeSec, outputSizeBytes }
    const lease = await leaseOf(body, caller)
    await requireUnchecked(scheduler, body.jobId)
    return viewJob(settled(await scheduler.completeJob(lease, result)))
  })
  mount(router, failRoute, async ({ body, caller }) => {
    const lease = await leaseOf(body, caller)
    return viewJob(settled(await scheduler.failJob(lease, failureOf(body))))
  })
}

/** Throws `forbidden` for a job that a tab has: completed by its word alone, it would pass by the check. */
export async function requireUnchecked(
  scheduler: Pick<JobScheduler, 'find'>,
  id: EncodingJobId,
): Promise<void> {
  const job = await scheduler.find(id)
  if (job?.phase !== 'leased' || job.tier !== 'browser') return
  const way = 'POST /api/encoding/browser/complete'
  throw new MarketError('forbidden', `What a tab encodes is checked before it is done: ${way}.`)
}

export function reportOf({
  stage,
  progress,
  details,
}: z.output<typeof progressRoute.body>): ProgressReport {
  return { stage, stageProgress: Math.floor(progress), ...(details && { details }) }
}

/** An encoder that says no more than whether to try again has said that the input, or that the machine is at fault. */
export function failureOf(body: z.output<typeof failRoute.body>): EncodingFailure {
  const usual: FailureClass = body.retryable ? 'device' : 'input-fatal'
  return { class: body.class ?? usual, message: body.error }
}
