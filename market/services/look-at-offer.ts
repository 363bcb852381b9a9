import type { Job } from '#contracts/job.ts'
import type { Score } from '#contracts/reputation.ts'
import type { Bid } from '#protocol/bid.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { TierReason, TierReasonIn } from '#protocol/tier-reason.ts'
import { marketJobOf } from '../domain/market-job-of.ts'
import { escrowIdOf } from '../domain/offer-terms.ts'
import type { Candidate, Circumstances } from '../domain/ranking.ts'
import { exclusionOf, rankBids } from '../domain/ranking.ts'
import { sealFaultsOf } from '../domain/sealed-bidding.ts'
import { openRules } from '../domain/selection.ts'
import type { BestBid, OfferSight } from '../domain/tier-decision.ts'
import type { ChainQueries } from '../ports/chain-queries.ts'
import type { WaitingJob } from '../ports/job-plans.ts'
import type { EncodingJob, JobScheduler } from '../ports/job-scheduler.ts'
import type { LiveMarket } from '../ports/live-market.ts'
import { historyOf } from './known-deliveries.ts'

export type OfferDeps = {
  readonly chain: Pick<ChainQueries, 'at' | 'job' | 'node' | 'reputation'>
  readonly live: Pick<LiveMarket, 'bids' | 'seals'>
  readonly scheduler: Pick<JobScheduler, 'noteMarketJob'>
  readonly sha256: Sha256
}

/** Bids that are looked at, the cheapest first: dearer ones would have to be of someone far better to win. */
const mostBids = 32

/**
 * What the chain and gossip say of the offer behind a job. Finds the offer by the id that follows from the job's, and notes it;
 * bids are ranked as the owner's own node would, except for the luck of newcomers, which only the owner knows.
 */
export function createLookAtOffer(deps: OfferDeps) {
  return async (waiting: WaitingJob): Promise<OfferSight> => {
    const { job } = waiting
    const id = job.marketJob ?? marketJobOf(job.owner, job.id)
    const [known, at] = await Promise.all([deps.chain.job(id), deps.chain.at()])
    if (!known || !at || known.job.offer.source.cid !== job.inputCid) {
      const wanted = { type: 'offer-wanted', marketJob: id, signer: job.owner } as const
      return { phase: 'none', wanted: { ...wanted, role: 'posting' } }
    }
    if (job.marketJob === null) await deps.scheduler.noteMarketJob(job.id, id)
    const { job: offered } = known
    switch (offered.phase) {
      case 'offered':
        return await lookAtBids(deps, waiting, { offered, now: at.time })
      case 'cancelled':
      case 'settled':
        return { phase: 'over', over: { type: 'offer-over', phase: offered.phase } }
      default: {
        const { encoder, price } = offered.award
        return { phase: 'awarded', award: { type: 'awarded', encoder, price } }
      }
    }
  }
}

type Offered = {
  readonly offered: Extract<Job, { readonly phase: 'offered' }>
  /** Of the chain. */
  readonly now: ChainTime
}

async function lookAtBids(
  deps: OfferDeps,
  { job, plan }: WaitingJob,
  { offered, now }: Offered,
): Promise<OfferSight> {
  const bids = (await deps.live.bids(offered.id)).slice(0, mostBids)
  const seals = offered.offer.sealedUntil === undefined ? [] : await deps.live.seals(offered.id)
  const faultOf = sealFaultsOf(offered.offer, seals, deps.sha256)
  const circumstances = await circumstancesOf(deps, { offered, now })
  const candidates = await Promise.all(
    bids.map(async (bid) => ({ ...(await candidateOf(deps, bid)), sealFault: faultOf(bid) })),
  )
  const affordable = candidates.filter(({ bid }) => isWithinBudget(job, bid))
  const [best] = rankBids(affordable, circumstances)
  return {
    ...{ phase: 'offered', now, bidsUntil: offered.offer.bidsUntil },
    waiting: whyNone(job, candidates, circumstances),
    best: best ? bestBid(best, bids.length) : null,
    asked: stillAsked(deps, plan.reasons.community?.reason, {
      offered,
      now,
      until: plan.awardUntil,
    }),
  }
}

/** Anything that orders equal bids will do, as long as nobody can choose it. */
async function circumstancesOf(
  { chain, sha256 }: OfferDeps,
  { offered, now }: Offered,
): Promise<Circumstances> {
  const { offer, id } = offered
  const registered = await Promise.all(
    offer.arbiters.map(async (account) => {
      const node = await chain.node(account)
      const fee = node?.phase === 'active' ? node.arbiter?.fee : undefined
      return fee !== undefined && fee <= offer.ceiling ? [account] : []
    }),
  )
  const lotOf = (encoder: HiveAccount) => bytesToHex(sha256(utf8(`lot of ${encoder} in ${id}`)))
  return {
    ...{ offer, now, ownClass: null, arbiters: registered.flat() },
    ...{ luck: { isExploring: false, lotOf }, rules: openRules },
  }
}

const nothingKnown: Score = { score: 0, low: 0, high: 0 }

async function candidateOf({ chain }: OfferDeps, bid: Bid): Promise<Candidate> {
  const [node, { scores }] = await Promise.all([
    chain.node(bid.encoder),
    chain.reputation(bid.encoder),
  ])
  const own = scores.find(({ role }) => role === 'encoder')
  return {
    bid,
    node: node?.phase === 'active' ? node : undefined,
    score: own ?? nothingKnown,
    history: historyOf(own),
    ...{ setAsideUntil: null, recentAwards: 0 },
  }
}

function isWithinBudget({ budget }: EncodingJob, { price }: Bid): boolean {
  return budget !== null && price <= budget
}

function bestBid({ bid, score }: Candidate, bids: number): BestBid {
  const { encoder, price, speed } = bid
  return {
    bid,
    reason: { type: 'best-bid', encoder, price, bids, score: score.score, speed: speed / 1_000 },
  }
}

function whyNone(
  job: EncodingJob,
  candidates: readonly Candidate[],
  circumstances: Circumstances,
): TierReasonIn<'awaiting-bids' | 'no-fitting-bid'> {
  const [first] = candidates
  if (!first)
    return { type: 'awaiting-bids', marketJob: circumstances.offer.job, bids: candidates.length }
  const exclusion = isWithinBudget(job, first.bid)
    ? exclusionOf(first, circumstances)
    : 'price above the budget'
  return { type: 'no-fitting-bid', bids: candidates.length, why: exclusion ?? '' }
}

/** What the owner was asked to sign, while it would still count: not after its time, nor once another award came to nothing. */
function stillAsked(
  { sha256 }: OfferDeps,
  asked: TierReason | undefined,
  { offered, now, until }: Offered & { readonly until: Date | null },
): TierReasonIn<'signature-wanted'> | null {
  if (asked?.type !== 'signature-wanted' || until === null || now * 1_000 >= until.getTime())
    return null
  return asked.escrow === escrowIdOf(offered.id, offered.rejectedAwards + 1, sha256) ? asked : null
}
