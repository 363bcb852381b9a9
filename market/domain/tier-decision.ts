import type { Bid } from '#protocol/bid.ts'
import { ChainTime } from '#protocol/ids.ts'
import type { TierReason, TierReasonIn } from '#protocol/tier-reason.ts'
import type { TierDecision, WaitingJob } from '../ports/job-plans.ts'
import { nextTier } from './routing.ts'
import { usualWaits } from './tier-plan.ts'

/** Who of an owner's own encoders could take a job now. */
export type OwnSight = TierReasonIn<'no-encoder' | 'silent' | 'ready' | 'busy'>

/** Until something is expected to happen, and where nothing is. */
const soonMs = 1_000
const seldomMs = 10_000

/**
 * Of a job that waits for an encoder of its owner: whoever is not there is not waited for, whoever is has its time. Where no
 * tier follows, the job waits on until somebody comes or it expires.
 */
export function decideOwnTier(waiting: WaitingJob, sight: OwnSight): TierDecision {
  const waitSeconds = waitOf(waiting)
  const isThere = sight.type === 'ready' || sight.type === 'busy'
  if (waitSeconds === null) return wait(sight, isThere ? soonMs : seldomMs)
  if (!isThere) return leave(waiting, sight)
  const leftMs = waitSeconds * 1_000 - waiting.waitedMs
  if (leftMs > 0) return wait(sight, Math.min(leftMs, soonMs))
  const waitedSeconds = secondsWaited(waiting)
  const { encoder } = sight
  return leave(waiting, { type: 'not-taken', encoder, waitedSeconds, limitSeconds: waitSeconds })
}

/** What the chain and gossip say of the offer behind a job. */
export type OfferSight =
  | { readonly phase: 'none'; readonly wanted: TierReasonIn<'offer-wanted'> }
  | {
      readonly phase: 'offered'
      /** Of the chain. */
      readonly now: ChainTime
      readonly bidsUntil: ChainTime
      readonly waiting: TierReasonIn<'awaiting-bids' | 'no-fitting-bid'>
      readonly best: BestBid | null
      /** What the owner was asked to sign and may yet sign. */
      readonly asked: TierReasonIn<'signature-wanted'> | null
    }
  | { readonly phase: 'awarded'; readonly award: TierReasonIn<'awarded'> }
  | { readonly phase: 'over'; readonly over: TierReasonIn<'offer-over'> }

export type BestBid = { readonly bid: Bid; readonly reason: TierReasonIn<'best-bid'> }

/** A decision, or that the owner is to be asked for the award of a bid, which has to be in a block by then. */
export type CommunityDecision =
  | TierDecision
  | { readonly type: 'ask'; readonly bid: Bid; readonly until: ChainTime }

/** Less than this is too short to read, to sign, and to be answered by encoder and arbiter. */
const leastToSignSeconds = 30

/**
 * Of a job that waits for the community: bids are collected for as long as the owner and the offer say, then the best is put
 * before the owner. While an award can reach the chain the job goes nowhere else, and nobody takes it from the queue.
 */
export function decideCommunity(waiting: WaitingJob, sight: OfferSight): CommunityDecision {
  const { plan, waitedMs } = waiting
  const { signatureWaitSeconds } = plan
  switch (sight.phase) {
    case 'none': {
      if (waitedMs < signatureWaitSeconds * 1_000) return wait(sight.wanted, soonMs)
      const waitedSeconds = secondsWaited(waiting)
      return leave(waiting, {
        ...{ type: 'not-offered', waitedSeconds, limitSeconds: signatureWaitSeconds },
      })
    }
    case 'awarded':
      return { ...wait(sight.award, soonMs), holds: true }
    // Who follows the chain moves the job on.
    case 'over':
      return { ...wait(sight.over, soonMs), holds: true }
    case 'offered':
      return decideOffered(waiting, sight)
  }
}

function decideOffered(
  waiting: WaitingJob,
  sight: Extract<OfferSight, { readonly phase: 'offered' }>,
): CommunityDecision {
  const { best, now, asked } = sight
  const bidSeconds = waitOf(waiting) ?? usualWaits.bidWaitSeconds
  const waitedSeconds = secondsWaited(waiting)
  const isOpen = waiting.waitedMs < bidSeconds * 1_000 || now < sight.bidsUntil
  if (asked) return { ...wait(asked, soonMs), holds: true }
  if (isOpen) return { ...wait(best?.reason ?? sight.waiting, soonMs), holds: true }
  if (!best) {
    const none = { type: 'no-bids', waitedSeconds, limitSeconds: bidSeconds } as const
    return leave(waiting, sight.waiting.type === 'awaiting-bids' ? none : sight.waiting)
  }
  const { encoder, price, expires } = best.bid
  const patience = bidSeconds + waiting.plan.signatureWaitSeconds - waitedSeconds
  const until = Math.min(now + Math.floor(Math.min(patience, secondsToLive(waiting))), expires)
  return until - now < leastToSignSeconds
    ? leave(waiting, { type: 'not-signed', encoder, price })
    : { type: 'ask', bid: best.bid, until: ChainTime.parse(until) }
}

function wait(reason: TierReason, lookAgainMs: number): Extract<TierDecision, { type: 'wait' }> {
  return { type: 'wait', reason, lookAgainMs }
}

function leave({ job }: WaitingJob, reason: TierReason): TierDecision {
  const to = nextTier(job.tiers, job.tier)
  return to === null ? { type: 'fail', reason } : { type: 'fall', to, reason }
}

function waitOf({ job, plan }: WaitingJob): number | null {
  return plan.steps.find(({ tier }) => tier === job.tier)?.waitSeconds ?? null
}

/** Until the job is given up, whoever has it: no award may come after that. */
function secondsToLive({ job, waitedMs }: WaitingJob): number {
  return (job.expiresAt.getTime() - job.updatedAt.getTime() - waitedMs) / 1_000
}

function secondsWaited({ waitedMs }: WaitingJob): number {
  return Math.floor(waitedMs / 1_000)
}
