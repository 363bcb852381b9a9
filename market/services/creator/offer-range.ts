import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { JobId, Sha256Hex } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { SoldRange, SplitJob } from '../../domain/split-job.ts'
import { MarketError } from '../../errors.ts'
import type { CreatorDeps, Unstamped } from './creator-deps.ts'
import { buildOffer, requireArbiters, storeOffer } from './make-offer.ts'

type RangeOffer = { readonly offer: JobOffer; readonly salt: Sha256Hex }

type Whole = Pick<SplitJob, 'id' | 'terms' | 'bidding'>
type NextRange = Pick<SoldRange, 'range' | 'jobs' | 'ceiling'>

/** The next offer of a range: of the whole's terms, with its sound where the range is the first. */
export function makeRangeOffer(
  deps: CreatorDeps,
  { id: whole, terms, bidding }: Whole,
  { range, jobs, ceiling }: NextRange,
): RangeOffer {
  const salt = Sha256Hex.parse(deps.randomHex(32))
  const { audioStream: _, ...silent } = terms.source
  const source = range.first === 0 ? terms.source : silent
  const name = utf8(['range', whole, range.first, jobs.length].join('\n'))
  const reference = bytesToHex(deps.sha256(name)).slice(0, 16)
  const offer = buildOffer(deps, {
    id: JobId.parse(`${deps.account}:${reference}`),
    terms: { ...terms, source, grid: { ...terms.grid, range } },
    arbiters: requireArbiters(deps),
    ...{ salt, ceiling, bidding, percent: 100n },
  })
  return { offer: { ...offer, whole }, salt }
}

/** The same; null while no arbiter is at hand that would stand by it. */
export function tryRangeOffer(
  deps: CreatorDeps,
  whole: Whole,
  range: NextRange,
): RangeOffer | null {
  try {
    return makeRangeOffer(deps, whole, range)
  } catch (error) {
    if (error instanceof MarketError && error.code === 'arbiter-missing') return null
    throw error
  }
}

/** Signs the offer of a range and keeps its job, within a step of the caller's. */
export function storeRangeOffer(
  deps: CreatorDeps,
  { selection, class: inClass }: Pick<SplitJob, 'selection' | 'class'>,
  { offer, salt }: RangeOffer,
  setAside: readonly HiveAccount[] = [],
): void {
  storeOffer(deps, { offer, salt, selection, setAside, inClass })
}

/** Stores what has become of a split and what is to be told about it, in one step with whatever surrounds it. */
export function saveSplit(
  { splits, events, clock }: Pick<CreatorDeps, 'splits' | 'events' | 'clock'>,
  split: SplitJob,
  ...told: readonly Unstamped<JobEvent>[]
): void {
  splits.save(split)
  for (const event of told) events.append({ ...event, job: split.id, at: clock.now() } as JobEvent)
}
