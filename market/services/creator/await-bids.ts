import type { Bid, SealedBid } from '#protocol/bid.ts'
import { classOf } from '#protocol/encoder.ts'
import type { JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Bidder } from '../../domain/bidders.ts'
import { haveAllBid } from '../../domain/bidders.ts'
import type { CreatorJobIn } from '../../domain/creator-job.ts'
import type { Circumstances } from '../../domain/ranking.ts'
import { unopened } from '../../domain/sealed-bidding.ts'
import type { CreatorContext, CreatorDeps } from './creator-deps.ts'
import { noteEncounter } from './note-encounter.ts'

/** Nothing is gained by waiting: everybody at hand has bid, or everybody has opened who has sealed. */
export function haveAllCome(
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
export function noteUnopened(
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

/**
 * A node that was away hears bids for as long as the offer would have let it, from its return on; and one whose arbiters are
 * all away waits for them: while the work can still be done, nothing is lost by that.
 */
export function bidsAwaitedUntil(
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
