import { z } from 'zod'
import type { Job } from '#contracts/job.ts'
import type { AnyJob, allJobsRoute, JobState } from '#protocol/api/all-jobs.ts'
import { stateOfQueue } from '#protocol/api/all-jobs.ts'
import type { Cursor } from '#protocol/api/paging.ts'
import type { EncodingPhase } from '#protocol/encoding-job.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { HiveAccount, JobId, jobCreator } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { formatPlace, parsePlace } from '../adapters/page-cursor.ts'
import type { ChainQueries } from '../ports/chain-queries.ts'
import type { EncodingJob, JobScheduler } from '../ports/job-scheduler.ts'
import type { LiveMarket } from '../ports/live-market.ts'
import type { QueueOfMarket } from '../ports/queue-of-market.ts'
import { rangeOfOffer } from './view-whole.ts'

export type AllJobsDeps = {
  readonly scheduler: Pick<JobScheduler, 'list'>
  readonly chain: Pick<ChainQueries, 'jobs'>
  readonly live: Pick<LiveMarket, 'offers'>
  readonly queueOfMarket: QueueOfMarket
}

type Question = z.output<NonNullable<typeof allJobsRoute.query>>
type Answer = z.output<typeof allJobsRoute.reply>

/** How far each of the two lists has been told: the last job of each that was on a page, where there was one. */
const Places = z.tuple([
  z.tuple([z.iso.datetime(), EncodingJobId]).nullable(),
  z.tuple([z.int(), JobId]).nullable(),
])
type Places = z.output<typeof Places>

/** What a state is called in the queue, and on the chain. */
const phases: Readonly<
  Record<
    JobState,
    { readonly queue: EncodingPhase | null; readonly chain: readonly Job['phase'][] }
  >
> = {
  waiting: { queue: 'queued', chain: ['offered'] },
  working: { queue: 'leased', chain: ['awarded', 'accepted', 'delivered'] },
  done: { queue: 'completed', chain: ['settled'] },
  failed: { queue: 'failed', chain: [] },
  cancelled: { queue: 'cancelled', chain: ['cancelled'] },
  expired: { queue: 'expired', chain: [] },
}

const announcedLimit = 100

/** Queue and chain told as one list by the time they were made; a job that both have is told by the queue. */
export function createListAllJobs({ scheduler, chain, live, queueOfMarket }: AllJobsDeps) {
  const ofQueue = async (question: Question, [place]: Places): Promise<readonly Placed[]> => {
    const { limit, state, tier, owner, encoder } = question
    const { jobs } = await scheduler.list({
      limit,
      ...(state && phases[state].queue && { phase: phases[state].queue }),
      ...{ ...(tier && { tier }), ...(owner && { owner }), ...(encoder && { encoder }) },
      ...(place && { after: { createdAt: new Date(place[0]), id: place[1] } }),
    })
    return jobs.map((job) => ({ view: viewOfQueue(job), from: 'queue', job }))
  }
  const ofChain = async (question: Question, [, place]: Places): Promise<readonly Placed[]> => {
    const { limit, state, tier, owner, encoder } = question
    const wanted = encoder === undefined ? undefined : accountOf(encoder)
    const named = state && phases[state].chain
    if ((tier && tier !== 'community') || wanted === null || named?.length === 0) return []
    const { rows } = await chain.jobs(
      { creator: owner, encoder: wanted, phases: named },
      { limit, after: place ? formatPlace(place) : undefined },
    )
    return rows.map((job) => ({ view: viewOfChain(job), from: 'chain', job }))
  }
  const announced = async (question: Question): Promise<readonly AnyJob[]> => {
    const { state = 'waiting', tier = 'community', owner, encoder, cursor } = question
    if (state !== 'waiting' || tier !== 'community' || encoder || cursor) return []
    const offers = await live.offers(announcedLimit)
    return offers.map(viewOfOffer).filter((job) => owner === undefined || job.owner === owner)
  }
  return async (question: Question): Promise<Answer> => {
    const places = question.cursor ? parsePlace(question.cursor, Places) : ([null, null] as Places)
    const [first, queued, chained] = await Promise.all([
      announced(question),
      ofQueue(question, places),
      ofChain(question, places),
    ])
    const merged = [...queued, ...chained].sort(
      (left, right) => right.view.createdAt.getTime() - left.view.createdAt.getTime(),
    )
    const page = merged.slice(0, question.limit)
    const known = await queueOfMarket.namesOf([
      ...first.flatMap(({ marketJob }) => marketJob ?? []),
      ...page.flatMap(({ from, job }) => (from === 'chain' ? job.id : [])),
    ])
    const isOwn = ({ id, marketJob }: AnyJob): boolean =>
      marketJob === null || id !== marketJob || !known.has(marketJob)
    const isMore = merged.length > page.length || [queued, chained].some(isFull(question.limit))
    return {
      jobs: [...first, ...page.map(({ view }) => view)].filter(isOwn),
      next: isMore ? cursorAfter(page, places) : null,
    }
  }
}

type Placed =
  | { readonly view: AnyJob; readonly from: 'queue'; readonly job: EncodingJob }
  | { readonly view: AnyJob; readonly from: 'chain'; readonly job: Job }

/** A list that gave as much as it was asked for may have more. */
const isFull =
  (limit: number) =>
  (list: readonly unknown[]): boolean =>
    list.length >= limit

function cursorAfter(page: readonly Placed[], before: Places): Cursor {
  const places: [Places[0], Places[1]] = [...before]
  for (const { from, job } of page) {
    if (from === 'queue') places[0] = [job.createdAt.toISOString(), job.id]
    else places[1] = [job.offeredAt.height, job.id]
  }
  return formatPlace(places as never)
}

/** On the chain an encoder is an account; null where the text names none. */
function accountOf(encoder: string): HiveAccount | null {
  return HiveAccount.safeParse(encoder.replace(/^@/, '')).data ?? null
}

const stateOfChain: Readonly<Record<Job['phase'], JobState>> = {
  ...{ offered: 'waiting', cancelled: 'cancelled', awarded: 'working' },
  ...{ accepted: 'working', delivered: 'working', settled: 'done' },
}

function viewOfQueue(job: EncodingJob): AnyJob {
  const { id, owner, permlink, tier, phase, marketJob, progress, createdAt } = job
  return {
    ...{ id, owner, permlink, tier, phase, marketJob, progress, createdAt },
    ...{ state: stateOfQueue[phase], encoder: job.assignedEncoderId },
    ...{ price: job.paid, ceiling: job.budget, range: null },
  }
}

function viewOfChain(job: Job): AnyJob {
  const award = job.phase === 'offered' || job.phase === 'cancelled' ? null : job.award
  return {
    ...{ id: job.id, marketJob: job.id, owner: job.creator, permlink: null, tier: 'community' },
    ...{ state: stateOfChain[job.phase], phase: job.phase, progress: null },
    encoder: award && `@${award.encoder}`,
    ...{ price: award?.price ?? null, ceiling: job.offer.ceiling, range: rangeOfOffer(job.offer) },
    createdAt: new Date(job.offeredAt.time * 1_000),
  }
}

function viewOfOffer(offer: JobOffer): AnyJob {
  const { job, ceiling } = offer
  return {
    ...{ id: job, marketJob: job, owner: jobCreator(job), permlink: null, tier: 'community' },
    ...{ state: 'waiting', phase: 'announced', progress: null, encoder: null, price: null },
    ...{ ceiling, range: rangeOfOffer(offer), createdAt: new Date() },
  }
}
