import type { Bid } from '#protocol/bid.ts'
import type { ChainTime } from '#protocol/ids.ts'
import type { TierReasonIn } from '#protocol/tier-reason.ts'
import { decideCommunity, decideOwnTier } from '../domain/tier-decision.ts'
import type { JobPlans, TierDecision, WaitingJob } from '../ports/job-plans.ts'
import type { SettingsStore } from '../ports/settings-store.ts'
import type { OfferDeps } from './look-at-offer.ts'
import { createLookAtOffer } from './look-at-offer.ts'
import type { OwnTierDeps } from './look-at-own-tier.ts'
import { createLookAtOwnTier } from './look-at-own-tier.ts'
import type { AskedAward, PreparedAward } from './prepare-award.ts'

export type OrchestratorDeps = OwnTierDeps &
  OfferDeps & {
    readonly scheduler: OwnTierDeps['scheduler'] & OfferDeps['scheduler']
    readonly plans: Pick<JobPlans, 'due' | 'decide' | 'postpone'>
    readonly settings: Pick<SettingsStore, 'find'>
    readonly prepareAward: (asked: AskedAward) => Promise<PreparedAward>
    /** Told of a job that could not be looked at; it is looked at again later. */
    readonly onFailure: (error: unknown, job: string) => void
  }

/** Jobs of one round. */
const batch = 200

/** What failed is not to keep others from being looked at. */
const afterFailureMs = 5_000

/**
 * Decides about jobs that wait: whom for, how long, and where they go then. Keeps nothing itself: a round looks at what is true,
 * and each decision is one step of the store's, so it may die at any line, and run twice at once.
 * Resolves to how many jobs a round looked at. Rejects only where the store does not answer.
 */
export function createOrchestrateJobs(deps: OrchestratorDeps) {
  const lookAtOwnTier = createLookAtOwnTier(deps)
  const lookAtOffer = createLookAtOffer(deps)

  const decide = async (waiting: WaitingJob): Promise<TierDecision> => {
    const { owner, tier } = waiting.job
    if (tier !== 'community') return decideOwnTier(waiting, await lookAtOwnTier(owner, tier))
    const decision = decideCommunity(waiting, await lookAtOffer(waiting))
    return decision.type === 'ask' ? await askForAward(deps, waiting, decision) : decision
  }
  return async (): Promise<number> => {
    const waiting = await deps.plans.due(batch)
    for (const each of waiting)
      try {
        await deps.plans.decide(each, await decide(each))
      } catch (error) {
        deps.onFailure(error, each.job.id)
        await deps.plans.postpone(each, afterFailureMs)
      }
    return waiting.length
  }
}

/** Nobody but the owner's wallet, or a node of theirs, can sign: the job waits with what it has to. */
async function askForAward(
  { chain, prepareAward, settings }: OrchestratorDeps,
  { job }: WaitingJob,
  { bid, until }: { readonly bid: Bid; readonly until: ChainTime },
): Promise<TierDecision> {
  const at = await chain.at()
  const { operations, choice } = await prepareAward({
    ...{ creator: job.owner, job: bid.job, encoder: bid.encoder, arbiter: null },
    ratificationSeconds: until - (at?.time ?? until),
  })
  const { fee, arbiter, escrow } = choice
  const { encoder, price } = choice.bid
  const { awardLimit } = await settings.find(job.owner)
  const awardUntil = new Date(until * 1_000)
  const reason: TierReasonIn<'signature-wanted'> = {
    ...{ type: 'signature-wanted', encoder, price, fee, escrow, arbiter, operations },
    ...{ marketJob: bid.job, signer: job.owner, role: 'active', until: awardUntil.toISOString() },
    isAutomatic: awardLimit !== null && price + fee <= awardLimit,
  }
  return { type: 'wait', reason, lookAgainMs: 1_000, holds: true, awardUntil }
}
