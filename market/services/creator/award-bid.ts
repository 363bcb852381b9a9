import { milliHbd } from '#protocol/amount.ts'
import type { Bid } from '#protocol/bid.ts'
import { classOf } from '#protocol/encoder.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { awardOperations } from '../../domain/award-operations.ts'
import type { Bidder } from '../../domain/bidders.ts'
import { haveAllBid } from '../../domain/bidders.ts'
import type { Choice, CreatorJobIn } from '../../domain/creator-job.ts'
import { escrowIdOf } from '../../domain/offer-terms.ts'
import type { Circumstances } from '../../domain/ranking.ts'
import { rankBids } from '../../domain/ranking.ts'
import type { CreatorContext, CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { failJob } from './fail-job.ts'
import { candidateOf, circumstancesOf } from './receive-bid.ts'

/**
 * bidding -> awarding when every encoder at hand has bid or the time for bids is over; -> failed when none came that can win,
 * although this node was there to hear them.
 */
export function awardBid(deps: CreatorContext, job: CreatorJobIn<'bidding'>): void {
  const circumstances = circumstancesOf(deps, job)
  const bids = deps.bids.of(job.id).map(({ body }) => body)
  const isTimeUp = circumstances.now >= job.offer.bidsUntil
  if (!isTimeUp && !haveAllBid(bids, connectedEncoders(deps, job.offer))) return
  const open = bids.filter(({ encoder }) => !job.setAside.includes(encoder))
  const [best] = rankBids(
    open.map((bid) => candidateOf(deps, bid)),
    circumstances,
  )
  if (best) signAward(deps, job, best.bid, circumstances)
  else if (circumstances.now >= bidsAwaitedUntil(deps, job, circumstances))
    failUnawarded(deps, job, bids.length, circumstances)
}

/**
 * A node that was away hears bids for as long as the offer would have let it, from its return on; and one whose arbiters are
 * all away waits for them: while the work can still be done, nothing is lost by that.
 */
function bidsAwaitedUntil(
  { listeningSince, options }: CreatorContext,
  { listensUntil, offer }: CreatorJobIn<'bidding'>,
  { arbiters }: Circumstances,
): number {
  const since = listeningSince()
  if (arbiters.length === 0) return offer.deliverBy
  if (since === null) return Number.POSITIVE_INFINITY
  return Math.min(offer.deliverBy, Math.max(listensUntil, since + options.bidSeconds))
}

/** Encoders of the registry that are connected and follow the offer's recipe: those that a bid can be expected of. */
function connectedEncoders(
  { ledger, network }: CreatorDeps,
  { recipe }: Pick<JobOffer, 'recipe'>,
): readonly Bidder[] {
  return [...ledger.current().nodes.values()]
    .filter(
      ({ phase, encoder, account }) =>
        phase === 'active' &&
        encoder !== undefined &&
        classOf(encoder, recipe) !== null &&
        network.isConnected(account),
    )
    .map(({ account }) => ({ account, freeSlots: network.freeSlots(account) }))
}

function signAward(
  deps: CreatorDeps,
  job: CreatorJobIn<'bidding'>,
  bid: Bid,
  circumstances: Circumstances,
): void {
  const arbiter = circumstances.arbiters.find((account) => bid.arbiters.includes(account))
  if (!arbiter) return
  const awards = job.awards + 1
  const choice: Choice = {
    bid,
    bidHash: bidHash(bid, deps.sha256),
    arbiter,
    fee: deps.ledger.current().nodes.get(arbiter)?.arbiter?.fee ?? milliHbd(0n),
    escrow: escrowIdOf(job.id, awards, deps.sha256),
  }
  const entry = deps.outbox.submit({
    key: awardKey(job.id, awards),
    operations: awardOperations({
      ...{ creator: deps.account, operationId: deps.operationId, offer: job.offer, choice },
      ...{ now: circumstances.now, ratificationSeconds: deps.options.ratificationSeconds },
    }),
    account: deps.account,
    roles: ['active'],
  })
  const { encoder, price } = bid
  const { fee, escrow } = choice
  saveJob(
    deps,
    { ...job, phase: 'awarding', awards, choice },
    { type: 'award-signed', transaction: entry.id, encoder, arbiter, price, fee, escrow },
  )
}

export function awardKey(job: CreatorJobIn<'bidding'>['id'], awards: number): string {
  return `${job}/award-${awards}`
}

function failUnawarded(
  deps: CreatorContext,
  job: CreatorJobIn<'bidding'>,
  bids: number,
  { arbiters }: Circumstances,
): void {
  if (arbiters.length === 0)
    failJob(
      deps,
      job,
      'arbiter-missing',
      'No arbiter of the offer was there to award the job with, for what it asked when the offer was made.',
    )
  else failJob(deps, job, 'no-bids', noBidsMessage(bids, job.setAside.length))
}

function noBidsMessage(bids: number, setAside: number): string {
  if (bids === 0) return 'No encoder bid for the job; raise the ceiling or try again later.'
  if (setAside > 0) return 'Every encoder that could win was awarded the job and did not take it.'
  return 'No bid could win: each was too dear, too slow, or cannot be checked by this node.'
}
