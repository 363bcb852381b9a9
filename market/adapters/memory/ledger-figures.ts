import type { Job } from '#contracts/job.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { pricePerMinute, videoMilliseconds } from '../../domain/job-figures.ts'
import type { ChainEvent, DayFigures, NetworkFigures, Window } from '../../ports/chain-queries.ts'
import type { MarketHistory } from '../../ports/market-history.ts'
import type { MarketSeries, SeriesBucket, SeriesQuestion } from '../../ports/market-records.ts'
import { seriesWindow } from '../../ports/market-records.ts'
import type { JobIndex } from './job-index.ts'
import { headOf } from './ledger-sources.ts'

type Sources = {
  readonly ledger: Ledger
  readonly jobs: JobIndex
  readonly history: Pick<MarketHistory, 'money'>
}

const daySeconds = 86_400

/** Money of all jobs, and what a job costs. */
export function figuresOf(
  { ledger, jobs, history }: Sources,
  window: Window,
): Omit<NetworkFigures, 'at'> {
  const held = [...ledger.escrows.values()].reduce(
    (sum, escrow) => sum + ('held' in escrow ? escrow.held : escrow.terms.hbd),
    0n,
  )
  const days = [...Map.groupBy(history.money(window), ({ time }) => startOf(time, daySeconds))].map(
    ([day, events]): DayFigures => ({ day, ...moneyOf(events) }),
  )
  const accepted = jobs.newest().filter(isAccepted).filter(acceptedWithin(window))
  return { held, days, ...pricesOf(accepted) }
}

export function seriesOf(
  { ledger, jobs, history }: Sources,
  question: SeriesQuestion,
): MarketSeries {
  const at = headOf(ledger)
  if (!at) return { at, buckets: [] }
  const window = seriesWindow(question, at.time)
  const { bucketSeconds: length } = question
  const bucketOf = (time: number): number => startOf(time, length)
  const all = jobs.newest().filter(isAccepted)
  const money = Map.groupBy(history.money(window), ({ time }) => bucketOf(time))
  const accepted = Map.groupBy(all.filter(acceptedWithin(window)), ({ acceptedAt }) =>
    bucketOf(acceptedAt.time),
  )
  const delivered = Map.groupBy(
    all.flatMap(deliveredOf).filter(({ time }) => time >= window.from && time < window.to),
    ({ time }) => bucketOf(time),
  )
  const count = (window.to - window.from) / length
  const buckets = Array.from({ length: count }, (_, index): SeriesBucket => {
    const start = window.from + index * length
    return {
      ...{ start, ...moneyOf(money.get(start) ?? []) },
      ...pricesOf(accepted.get(start) ?? []),
      ...deliveriesOf(delivered.get(start) ?? []),
    }
  })
  return { at, buckets }
}

type AcceptedJob = Extract<Job, { acceptedAt: unknown }>
type Delivered = { readonly time: number; readonly seconds: number; readonly video: number }

function isAccepted(job: Job): job is AcceptedJob {
  return 'acceptedAt' in job
}

function acceptedWithin({ from, to }: Window): (job: AcceptedJob) => boolean {
  return ({ acceptedAt: { time } }) => time >= from && time < to
}

function deliveredOf(job: AcceptedJob): readonly Delivered[] {
  const delivery = job.phase === 'accepted' ? null : job.delivered
  if (!delivery) return []
  const { time } = delivery.at
  return [{ time, seconds: time - job.acceptedAt.time, video: videoMilliseconds(job) }]
}

function startOf(time: number, length: number): number {
  return time - (time % length)
}

function moneyOf(
  events: readonly ChainEvent[],
): Pick<SeriesBucket, 'acceptedJobs' | 'escrowed' | 'paid' | 'returned'> {
  const of = (wanted: string) => events.filter(({ type }) => type === wanted)
  const sum = (wanted: string) => of(wanted).reduce((all, { amount }) => all + (amount ?? 0n), 0n)
  return {
    acceptedJobs: of('job-accepted').length,
    escrowed: sum('job-accepted'),
    paid: sum('escrow-paid'),
    returned: sum('escrow-returned'),
  }
}

function pricesOf(
  jobs: readonly AcceptedJob[],
): Pick<SeriesBucket, 'medianPrice' | 'medianPricePerMinute'> {
  return {
    medianPrice: atShare(
      jobs.map(({ award }) => award.price),
      0.5,
    ),
    medianPricePerMinute: atShare(jobs.map(pricePerMinute), 0.5),
  }
}

function deliveriesOf(
  all: readonly Delivered[],
): Pick<
  SeriesBucket,
  'deliveredJobs' | 'videoSeconds' | 'medianDeliverySeconds' | 'slowDeliverySeconds'
> {
  const seconds = all.map((each) => each.seconds)
  return {
    deliveredJobs: all.length,
    videoSeconds: all.reduce((sum, { video }) => sum + video, 0) / 1_000,
    medianDeliverySeconds: atShare(seconds, 0.5),
    slowDeliverySeconds: atShare(seconds, 0.9),
  }
}

/** The least of them that is not below a share of them all; of two in the middle the lower one. */
function atShare<Value extends number | bigint>(
  values: readonly Value[],
  share: number,
): Value | null {
  const sorted = values.toSorted((left, right) => (left < right ? -1 : Number(left > right)))
  return sorted[Math.max(0, Math.ceil(values.length * share) - 1)] ?? null
}
