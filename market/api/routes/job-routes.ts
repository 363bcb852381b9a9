import type Router from '@koa/router'
import type { z } from 'zod'
import { allJobsRoute } from '#protocol/api/all-jobs.ts'
import type { JobEventView, JobTerms, JobView } from '#protocol/api/jobs.ts'
import {
  cancelJobRoute,
  getJobRoute,
  jobHistoryRoute,
  listJobsRoute,
  submitJobRoute,
} from '#protocol/api/jobs.ts'
import { queueRoute } from '#protocol/api/queue.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { deedOf } from '../../domain/audit-entry.ts'
import type { RoutingTerms } from '../../domain/routing.ts'
import { MarketError } from '../../errors.ts'
import type { ChainQueries } from '../../ports/chain-queries.ts'
import type { JobPlans } from '../../ports/job-plans.ts'
import type { EncodingEvent, EncodingJob, JobScheduler } from '../../ports/job-scheduler.ts'
import type { LiveMarket } from '../../ports/live-market.ts'
import type { QueueOfMarket } from '../../ports/queue-of-market.ts'
import type { SecretBox } from '../../ports/secret-box.ts'
import type { EncodingSettings, SettingsStore } from '../../ports/settings-store.ts'
import type { AllJobsDeps } from '../all-jobs.ts'
import { createListAllJobs } from '../all-jobs.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { mount } from '../mount.ts'
import { settled } from '../refusals.ts'
import { viewPlan } from '../view-plan.ts'
import { foreign, signedIn } from './callers.ts'

export type JobRouteDeps = {
  readonly scheduler: JobScheduler
  readonly plans: Pick<JobPlans, 'find'>
  readonly settings: SettingsStore
  /** Throws a MarketError for an address that must not be called. */
  readonly requireCallable: (url: string) => void
  readonly newId: () => string
  readonly newSecret: () => string
  readonly secrets: SecretBox
  readonly chain: Pick<ChainQueries, 'jobs'>
  readonly live: Pick<LiveMarket, 'offers'>
  readonly queueOfMarket: QueueOfMarket
}

/** Jobs wherever they are told of. */
export function mountAllJobsRoute(router: Router, deps: AllJobsDeps): void {
  const listAllJobs = createListAllJobs(deps)
  mount(router, allJobsRoute, async ({ query }) => listAllJobs(query))
}

export function mountJobRoutes(router: Router, deps: JobRouteDeps): void {
  const { scheduler, settings, secrets } = deps
  mount(router, submitJobRoute, async ({ body, caller }) => {
    const owner = signedIn(caller)
    const usual = await settings.find(owner)
    const { permlink, inputCid } = body
    const terms = termsOf(body, usual)
    const webhookUrl = body.webhookUrl ?? usual.webhookUrl
    if (webhookUrl !== null) deps.requireCallable(webhookUrl)
    const webhookSecret = secrets.seal(deps.newSecret(), owner)
    const id = body.id ?? EncodingJobId.parse(deps.newId())
    const job = settled(
      await scheduler.submit(
        {
          ...{ id, owner, permlink, inputCid, ...terms, waits: usual, webhookSecret },
          ...(webhookUrl === null ? {} : { webhookUrl }),
        },
        deedOf(owner, 'job.submitted', id),
      ),
    )
    // A job that was here already keeps the secret it had.
    const { webhookSecret: kept } = job
    return {
      job: await detailsOf(deps, job),
      webhookSecret: kept && secrets.open(kept, owner),
    }
  })
  mount(router, listJobsRoute, async ({ query }) => {
    const { cursor, limit, owner, phase, tier, encoder } = query
    const place = cursor === undefined ? null : readCursor(cursor)
    const { jobs, next } = await scheduler.list({
      limit,
      ...(owner && { owner }),
      ...(phase && { phase }),
      ...(tier && { tier }),
      ...(encoder && { encoder }),
      ...(place && { after: { createdAt: place.at, id: jobIdOf(place.id) } }),
    })
    return { jobs: jobs.map(viewJob), next: next && writeCursor(next.createdAt, next.id) }
  })
  mountAllJobsRoute(router, deps)
  mount(router, queueRoute, async () => await scheduler.getQueueDepth())
  mount(router, getJobRoute, async ({ params }) =>
    detailsOf(deps, await known(scheduler, params.id)),
  )
  mount(router, jobHistoryRoute, async ({ params, query }) => {
    await known(scheduler, params.id)
    const events = await scheduler.eventsAfter(params.id, query.after, query.limit)
    return { events: events.map(viewEvent) }
  })
  mount(router, cancelJobRoute, async ({ params, caller }) => {
    const account = signedIn(caller)
    const job = await known(scheduler, params.id)
    if (job.owner !== account) throw foreign('job')
    const deed = deedOf(account, 'job.cancelled', params.id)
    const cancelled = await scheduler.cancel(params.id, `cancelled by @${account}`, deed)
    return viewJob(settled(cancelled))
  })
}

/** What was said of a job, and for the rest what its owner usually wants. */
export function termsOf(said: JobTerms, usual: EncodingSettings): RoutingTerms {
  return {
    durationSeconds: said.durationSeconds ?? null,
    qualities: said.qualities ?? usual.qualities,
    tiers: said.tiers ?? usual.tiers,
    budget: said.budget === undefined ? usual.budget : said.budget,
  }
}

async function detailsOf(
  { plans }: Pick<JobRouteDeps, 'plans'>,
  job: EncodingJob,
): Promise<z.output<typeof getJobRoute.reply>> {
  const plan = await plans.find(job.id)
  return { ...viewJob(job), plan: plan ? viewPlan(plan, job) : [] }
}

async function known(scheduler: JobScheduler, id: EncodingJobId): Promise<EncodingJob> {
  const job = await scheduler.find(id)
  if (job) return job
  throw new MarketError('not-found', 'There is no such job.')
}

function jobIdOf(text: string): EncodingJobId {
  const id = EncodingJobId.safeParse(text)
  if (id.success) return id.data
  throw new MarketError('cursor-unknown', 'The cursor is not one that this list has given.')
}

/** Everything that is not its owner's secret. */
export function viewJob(job: EncodingJob): JobView {
  const {
    jobSignature: _signature,
    webhookUrl: _url,
    webhookSecret: _secret,
    fencingToken: _token,
    lastErrorClass: _class,
    ...view
  } = job
  return view
}

export function viewEvent({ owner: _, ...event }: EncodingEvent): JobEventView {
  return event
}
