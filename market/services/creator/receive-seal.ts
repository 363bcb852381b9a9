import type { SealedBid } from '#protocol/bid.ts'
import type { Acknowledged } from '#protocol/calls.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'

/**
 * Takes in the seal of a bid; its signature was verified where it came in. The first of each encoder stands: whoever could seal several
 * would open the one that suits it. Idempotent.
 */
export function createReceiveSeal(deps: CreatorDeps) {
  return (envelope: Envelope<SealedBid>): Acknowledged => {
    const { body, author } = envelope
    const job = deps.jobs.find(body.job)
    if (!job) return { accepted: false, reason: 'no such job here' }
    if (body.encoder !== author) return { accepted: false, reason: 'signed by another account' }
    const { sealedUntil } = job.offer
    if (sealedUntil === undefined) return { accepted: false, reason: 'its bids are open ones' }
    const known = deps.seals.of(job.id).find((seal) => seal.author === author)
    if (known) {
      const isSame = known.body.bid === body.bid
      return isSame ? { accepted: true } : { accepted: false, reason: 'another bid is sealed' }
    }
    const now = deps.ledger.current().head?.time ?? 0
    if ((job.phase !== 'offering' && job.phase !== 'bidding') || now >= sealedUntil)
      return { accepted: false, reason: 'sealing is over' }
    deps.state.atomically(() => {
      deps.seals.keep(envelope)
      saveJob(deps, job, { type: 'bid-sealed', encoder: author })
    })
    return { accepted: true }
  }
}
