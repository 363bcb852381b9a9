import type { Score } from '#contracts/reputation.ts'
import type { Bid } from '#protocol/bid.ts'
import { classOf } from '#protocol/encoder.ts'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { NodeRegister } from '#protocol/registration.ts'
import type { DeliveryHistory } from './delivery-history.ts'
import { historyPercent } from './delivery-history.ts'
import type { Luck } from './luck.ts'
import type { SealFault } from './sealed-bidding.ts'
import type { SelectionRules } from './selection.ts'

/** A bid, and what the creator's own node knows about its author. */
export type Candidate = {
  readonly bid: Bid
  readonly node: Pick<NodeRegister, 'encoder'> | undefined
  readonly score: Score
  readonly history: DeliveryHistory
  /** Until when the creator sets its author aside, for failures; null where it does not. */
  readonly setAsideUntil: ChainTime | null
  /** How many of the creator's latest awards, of {@link spreadAwards}, went to its author. */
  readonly recentAwards: number
  /** What is wrong with it where the offer takes sealed ones, as far as whoever ranks has heard the seals; absent for nothing. */
  readonly sealFault?: SealFault | null
}

/** The latest awards of a creator that are looked at, so that its work is spread over several. */
export const spreadAwards = 20

/** Percent by which a bid has to be cheaper for each of the latest awards that its author had: up to 20. */
const spreadPercentEach = 1

/** The circumstances a bid is judged in. */
export type Circumstances = {
  readonly offer: JobOffer
  readonly now: ChainTime
  /**
   * Class of the creator's own tool chain by the offer's recipe, null where it has proven none: only its like can be checked byte
   * by byte, all others by measuring.
   */
  readonly ownClass: string | null
  /** The one class that can have the job; absent where every class can. */
  readonly inClass?: string | undefined
  /** Arbiters of the offer that are registered and alive, and ask no more than when it was made. */
  readonly arbiters: readonly HiveAccount[]
  /** Decided once for each job, by what nobody but its creator knows before the award. */
  readonly luck: Luck
  readonly rules: SelectionRules
}

/** Why a bid cannot win, in words for its author and the creator. */
export type Exclusion =
  | SealFault
  | 'not registered as an encoder'
  | 'recipe not proven in the registry'
  | "of another class than the video's other ranges"
  | 'blocked by the creator'
  | "reputation below the creator's floor"
  | 'price above the ceiling'
  | 'ready after the deadline'
  | 'bid has expired'
  | 'promised for a time that has come'
  | 'no arbiter in common'
  | 'set aside for a while: it failed this creator lately'

/** Seconds an award may take to be in a block; what ends sooner is as good as over. */
export const awardMarginSeconds = 30

/** Null for a bid that can win. */
export function exclusionOf(
  { bid, node, score, setAsideUntil, sealFault }: Candidate,
  { offer, now, arbiters, rules, inClass }: Circumstances,
): Exclusion | null {
  if (sealFault) return sealFault
  if (!node?.encoder) return 'not registered as an encoder'
  const ownersClass = classOf(node.encoder, offer.recipe)
  if (ownersClass === null) return 'recipe not proven in the registry'
  if (inClass !== undefined && ownersClass !== inClass)
    return "of another class than the video's other ranges"
  if (rules.blocked.includes(bid.encoder)) return 'blocked by the creator'
  if (setAsideUntil !== null && now < setAsideUntil)
    return 'set aside for a while: it failed this creator lately'
  if (score.low < rules.reputationFloor) return "reputation below the creator's floor"
  if (bid.price > offer.ceiling) return 'price above the ceiling'
  if (bid.readyBy > offer.deliverBy) return 'ready after the deadline'
  if (bid.expires < now + awardMarginSeconds) return 'bid has expired'
  if (bid.readyBy < now + awardMarginSeconds) return 'promised for a time that has come'
  if (!bid.arbiters.some((arbiter) => arbiters.includes(arbiter))) return 'no arbiter in common'
  return null
}

/**
 * Percent by which a bid of another determinism class has to be cheaper to be as good: its work is measured and not
 * compared, which leaves room for shaving quality within the tolerance (up to 2.5 dB, about a third of the bits).
 */
const foreignClassPercent = 125n

/** How much an author is trusted: one half for an account that nobody knows, all of it for the best. */
function trustIn({ low, high }: Score, { isExploring }: Luck): bigint {
  return 500n + BigInt(isExploring ? high : low) / 2n
}

/** What a bid costs all in all, and what it is made of. */
export type BidCost = {
  /** In thousandths of a milli-HBD: comparable with that of other bids for the same job. */
  readonly effective: bigint
  /** Seconds from now to the promised time, and to the deadline: their ratio raises the price. */
  readonly wait: bigint
  readonly window: bigint
  readonly classPercent: bigint
  /** Added for how its author delivers, and for how many of the latest awards it had. */
  readonly historyPercent: bigint
  readonly spreadPercent: bigint
  /** Of 1000; the price is divided by it. */
  readonly trust: bigint
}

/**
 * What a bid costs all in all: its price, raised by the share of the time to the deadline that it takes, for another determinism
 * class (by a quarter), for how its author has delivered (by half at the most) and for its share of the creator's latest awards (by a
 * fifth at the most), divided by the trust that its reputation deserves: by the low end of its band, and in a job that explores by the
 * high end. Lower is better. Multiplied and not added, so that no single virtue can buy a job.
 */
export function costOf(
  { bid, node, score, history, recentAwards }: Candidate,
  { offer, now, ownClass, luck }: Circumstances,
): BidCost {
  const wait = BigInt(Math.max(0, bid.readyBy - now))
  const window = BigInt(Math.max(1, offer.deliverBy - now))
  const trust = trustIn(score, luck)
  const ownersClass = node?.encoder ? classOf(node.encoder, offer.recipe) : null
  const isSame = ownersClass !== null && ownersClass === ownClass
  const classPercent = isSame ? 100n : foreignClassPercent
  const deliveries = BigInt(historyPercent(history, luck))
  const spread = BigInt(spreadPercentEach * Math.min(spreadAwards, recentAwards))
  const raised = bid.price * (window + wait) * classPercent * (100n + deliveries) * (100n + spread)
  return {
    ...{ effective: raised / (window * trust), wait, window, classPercent, trust },
    ...{ historyPercent: deliveries, spreadPercent: spread },
  }
}

/** Candidates that can win, best first; equal ones by lot, for a name must not be an advantage. */
export function rankBids(
  candidates: readonly Candidate[],
  circumstances: Circumstances,
): readonly Candidate[] {
  return candidates
    .filter((candidate) => exclusionOf(candidate, circumstances) === null)
    .map((candidate) => ({
      candidate,
      cost: costOf(candidate, circumstances).effective,
      lot: circumstances.luck.lotOf(candidate.bid.encoder),
    }))
    .sort((left, right) => compareCost(left, right))
    .map(({ candidate }) => candidate)
}

type Costed = { readonly candidate: Candidate; readonly cost: bigint; readonly lot: string }

function compareCost(left: Costed, right: Costed): number {
  if (left.cost !== right.cost) return left.cost < right.cost ? -1 : 1
  return left.lot < right.lot ? -1 : 1
}
