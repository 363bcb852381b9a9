import { milliHbd } from '#protocol/amount.ts'
import type { Bid, SealedBid } from '#protocol/bid.ts'
import { classOf } from '#protocol/encoder.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { awardOperations } from '../../domain/award-operations.ts'
import type { Bidder } from '../../domain/bidders.ts'
import { haveAllBid } from '../../domain/bidders.ts'
import { choiceUntil } from '../../domain/choice.ts'
import type { Choice, CreatorJobIn } from '../../domain/creator-job.ts'
import { escrowIdOf } from '../../domain/offer-terms.ts'
import type { Circumstances } from '../../domain/ranking.ts'
import { rankBids } from '../../domain/ranking.ts'
import { unopened } from '../../domain/sealed-bidding.ts'
import type { CreatorContext, CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { failJob } from './fail-job.ts'
import { noteEncounter } from './note-encounter.ts'
import { candidateOf, circumstancesOf } from './receive-bid.ts'
import { dutyOf } from './stand-in.ts'

/**
 * bidding -> awarding as soon as the owner has chosen a bid that can win; else when every encoder at hand has bid or the time for bids
 * is over, and the choice is this node's; -> failed when no bid came that can win, although this node was there to hear them.
 */
export function awardBid(deps: CreatorContext, job: CreatorJobIn<'bidding'>): void {
  const duty = dutyOf(deps, job)
  if (duty === 'wait') return
  if (duty === 'end') {
    failJob(deps, job, 'job-ended', 'The job that this one stood in for was delivered after all.')
    return
  }
  const circumstances = circumstancesOf(deps, job)
  const bids = deps.bids.of(job.id).map(({ body }) => body)
  const open = bids.filter(({ encoder }) => !job.setAside.includes(encoder))
  const ranked = rankBids(
    open.map((bid) => candidateOf(deps, bid)),
    circumstances,
  ).map(({ bid }) => bid)
  const chosen = ranked.find((bid) => bidHash(bid, deps.sha256) === job.chosen)
  if (chosen) {
    signAward(deps, job, chosen, circumstances)
    return
  }
  const isTimeUp = circumstances.now >= job.offer.bidsUntil
  if (!isTimeUp && !haveAllCome(deps, job, bids, circumstances)) return
  if (isTimeUp) noteUnopened(deps, job, bids)
  const [best] = ranked
  if (best) awardOrAsk(deps, job, best, circumstances)
  else if (circumstances.now >= bidsAwaitedUntil(deps, job, circumstances))
    failUnawarded(deps, job, bids.length, circumstances)
}

/** Nothing is gained by waiting: everybody at hand has bid, or everybody has opened who has sealed. */
function haveAllCome(
  deps: CreatorDeps,
  { id, offer }: CreatorJobIn<'bidding'>,
  bids: readonly Bid[],
  { now }: Circumstances,
): boolean {
  const { sealedUntil } = offer
  if (sealedUntil === undefined) return haveAllBid(bids, connectedEncoders(deps, offer), now)
  return now >= sealedUntil && bids.length > 0 && unopened(sealed(deps, id), bids).length === 0
}

/** Whoever has kept its bid to itself has held a place that could have been another's. */
function noteUnopened(
  deps: CreatorDeps,
  { id }: CreatorJobIn<'bidding'>,
  bids: readonly Bid[],
): void {
  for (const encoder of unopened(sealed(deps, id), bids))
    noteEncounter(deps, id, encoder, 'unrevealed')
}

function sealed({ seals }: CreatorDeps, id: JobId): readonly SealedBid[] {
  return seals.of(id).map(({ body }) => body)
}

/** The best bid is awarded, unless the owner wants to choose and still can. */
function awardOrAsk(
  deps: CreatorDeps,
  job: CreatorJobIn<'bidding'>,
  best: Bid,
  circumstances: Circumstances,
): void {
  const { selection: mode = 'automatic', asked } = job
  const { now } = circumstances
  if (mode === 'automatic') {
    signAward(deps, job, best, circumstances)
    return
  }
  const proposal = { since: asked?.since ?? now, bid: bidHash(best, deps.sha256) }
  const until = choiceUntil(best, { mode, since: proposal.since }, deps.options.selection)
  if (mode === 'ask' && now >= until) {
    signAward(deps, job, best, circumstances)
    return
  }
  if (asked?.bid === proposal.bid) return
  const { encoder, price } = best
  const told = { type: 'choice-wanted', mode, encoder, price, until } as const
  saveJob(deps, { ...job, asked: proposal }, told)
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
    .map(({ account }) => ({
      account,
      freeSlots: network.freeSlots(account),
      fullSince: network.fullSince(account),
    }))
}

function signAward(
  deps: CreatorDeps,
  job: CreatorJobIn<'bidding'>,
  bid: Bid,
  circumstances: Circumstances,
): void {
  const arbiter = circumstances.arbiters.find((account) => bid.arbiters.includes(account))
  if (!arbiter) return
  const { asked: _, chosen: __, ...posted } = job
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
    { ...posted, phase: 'awarding', awards, choice },
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
  else if (job.asked)
    failJob(
      deps,
      job,
      'choice-missing',
      'No bid was chosen while it was firm; post the job again, or let the node choose: --selection ask, or automatic.',
    )
  else failJob(deps, job, 'no-bids', noBidsMessage(bids, job.setAside.length))
}

function noBidsMessage(bids: number, setAside: number): string {
  if (bids === 0) return 'No encoder bid for the job; raise the ceiling or try again later.'
  if (setAside > 0) return 'Every encoder that could win was awarded the job and did not take it.'
  return 'No bid could win: each was too dear, too slow, or cannot be checked by this node.'
}
