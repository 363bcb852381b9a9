import type { OperationRecord } from '#contracts/fold.ts'
import type { Job } from '#contracts/job.ts'
import type { Bid } from '#protocol/bid.ts'
import type { JobId } from '#protocol/ids.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Progress } from '#protocol/progress.ts'
import type { Clock } from '../ports/clock.ts'
import type { LedgerView } from '../ports/ledger-view.ts'

/** All that a node sees of the market, job by job: from blocks and from gossip, each thing once. */
export type MarketFeed = {
  heardOffer(offer: JobOffer): void
  heardBid(bid: Bid): void
  heardProgress(progress: Progress): void
  /** Takes in what blocks have decided. */
  folded(records: readonly OperationRecord[]): void
  /** What is remembered, the oldest first. */
  past(): readonly MarketEvent[]
  /** Tells every event from now on; the answer ends that. */
  watch(listener: (event: MarketEvent) => void): () => void
}

export type MarketFeedOptions = {
  /** Jobs remembered, the latest, and events of each: a job that everybody bids for is no reason to remember them all. */
  readonly jobs: number
  readonly eventsOfJob: number
}

const marketFeedOptions: MarketFeedOptions = { jobs: 500, eventsOfJob: 100 }

/** Begins with the open jobs of the ledger, so that a node that was away shows what goes on. */
export function createMarketFeed(
  { ledger, clock }: { readonly ledger: LedgerView; readonly clock: Clock },
  { jobs, eventsOfJob }: MarketFeedOptions = marketFeedOptions,
): MarketFeed {
  const known = new Map<JobId, Map<string, MarketEvent>>()
  const listeners = new Set<(event: MarketEvent) => void>()

  const note = (key: string, event: MarketEvent): void => {
    const events = known.get(event.job) ?? new Map<string, MarketEvent>()
    if (!known.has(event.job)) {
      const [oldest] = known.keys()
      if (known.size >= jobs && oldest) known.delete(oldest)
      known.set(event.job, events)
    }
    if (!events.has(key) && events.size >= eventsOfJob) return
    events.delete(key)
    events.set(key, event)
    for (const listener of listeners) listener(event)
  }
  const noteOnce = (key: string, event: MarketEvent): void => {
    if (!known.get(event.job)?.has(key)) note(key, event)
  }
  const noteJob = (job: Job): void => {
    for (const event of eventsOf(job)) noteOnce(keyOf(event), event)
  }

  for (const job of ledger.current().jobs.values())
    if (job.phase !== 'settled' && job.phase !== 'cancelled') noteJob(job)

  return {
    heardOffer: (offer) => noteOnce('offered', offered(offer, clock.now())),
    heardBid: ({ job, encoder, price, readyBy }) =>
      note(`bid ${encoder}`, { type: 'bid', job, at: clock.now(), encoder, price, readyBy }),
    heardProgress: ({ job, encoder, stage, percent }) =>
      note(`progress ${encoder}`, {
        type: 'progress',
        job,
        at: clock.now(),
        encoder,
        stage,
        percent,
      }),
    folded: (records) => {
      const touched = records.flatMap(({ facts }) =>
        facts.flatMap((fact) => ('job' in fact ? [fact.job] : [])),
      )
      for (const id of new Set(touched)) {
        const job = ledger.current().jobs.get(id)
        if (job) noteJob(job)
      }
    },
    past: () =>
      [...known.values()]
        .flatMap((events) => [...events.values()])
        .toSorted((left, right) => left.at - right.at),
    watch: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** One key for each thing that can happen to a job once; an award that came to nothing is not the next one. */
function keyOf(event: MarketEvent): string {
  if (event.type === 'awarded' || event.type === 'accepted') return `${event.type} ${event.block}`
  if (event.type === 'explained') return `${event.type} ${event.by}`
  return event.type
}

function offered({ job, ceiling, bidsUntil, deliverBy }: JobOffer, at: number): MarketEvent {
  return { type: 'offered', job, at, creator: jobCreator(job), ceiling, bidsUntil, deliverBy }
}

/** A job's story so far, as its phase tells it. */
function eventsOf(job: Job): readonly MarketEvent[] {
  const { id } = job
  const story: MarketEvent[] = [offered(job.offer, job.offeredAt.time * 1_000)]
  const when = ({ time, height }: Job['offeredAt']) => ({
    job: id,
    at: time * 1_000,
    block: height,
  })
  if (job.phase === 'cancelled') story.push({ type: 'cancelled', ...when(job.cancelledAt) })
  if (!('award' in job)) return story
  const { encoder, arbiter, price } = job.award
  story.push({ type: 'awarded', ...when(job.awardedAt), encoder, arbiter, price })
  if (!('acceptedAt' in job)) return story
  story.push({ type: 'accepted', ...when(job.acceptedAt), encoder })
  if ('delivered' in job && job.delivered) {
    const { at, operation } = job.delivered
    story.push({ type: 'delivered', ...when(at), encoder, root: operation.root })
  }
  if (job.dispute) story.push({ type: 'disputed', ...when(job.dispute.at), by: job.dispute.by })
  for (const { by, at, operation } of job.dispute?.evidence ?? []) {
    const { text, evidence = null } = operation
    story.push({ type: 'explained', ...when(at), by, text, evidence })
  }
  if (job.phase === 'settled') {
    const { toEncoder, toCreator } = job
    story.push({ type: 'settled', ...when(job.settledAt), encoder, toEncoder, toCreator })
  }
  return story
}
