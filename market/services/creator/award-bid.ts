import { milliHbd } from '#protocol/amount.ts'
import type { Bid } from '#protocol/bid.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import { awardOperations } from '../../domain/award-operations.ts'
import { choiceUntil } from '../../domain/choice.ts'
import type { Choice, CreatorJobIn } from '../../domain/creator-job.ts'
import { escrowIdOf } from '../../domain/offer-terms.ts'
import type { Circumstances } from '../../domain/ranking.ts'
import { rankBids } from '../../domain/ranking.ts'
import { bidsAwaitedUntil, haveAllCome, noteUnopened } from './await-bids.ts'
import type { CreatorContext, CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { failJob } from './fail-job.ts'
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
