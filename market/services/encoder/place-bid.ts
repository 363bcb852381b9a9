import { bidHash } from '#protocol/envelope-body.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { bidFor } from '../../domain/bidding.ts'
import type { EncoderJob, EncoderJobIn } from '../../domain/encoder-job.ts'
import { isOccupying } from '../../domain/encoder-job.ts'
import type { EncoderDeps } from './encoder-deps.ts'

/**
 * Considers an offer, whether from gossip or from a block, and bids within free capacity.
 * The bid is stored before it is sent: it binds this node from the moment anybody may have it. Idempotent.
 */
export function createConsiderOffer(deps: EncoderDeps) {
  return (offer: JobOffer): void => {
    const { account, engine, jobs, ledger, network, options, readiness, sha256 } = deps
    const { head } = ledger.current()
    if (!head || !ledger.isSynced() || !ledger.isTrusted()) return
    if (readiness.obstacle() !== null) return
    const creator = jobCreator(offer.job)
    if (creator === account || !mayBid(jobs.find(offer.job))) return
    // A firm bid takes a slot, so an offer that is overdue gets one only while there is somebody to take it up.
    if (head.time >= offer.bidsUntil && !network.isConnected(creator)) return
    if (!engine.decodes(offer.source.codec)) return
    if (jobs.unfinished().filter(isOccupying).length >= options.slots) return
    const { prices, firmSeconds, marginSeconds } = options
    const pixelsPerSecond = engine.pixelsPerSecond * engine.workers
    const arbiters = registeredArbiters(deps)
    const profile = { account, prices, pixelsPerSecond, arbiters, firmSeconds, marginSeconds }
    const bid = bidFor(offer, profile, head.time)
    if (typeof bid === 'string') return
    const job = {
      phase: 'bidding',
      id: offer.job,
      offer,
      bid,
      bidHash: bidHash(bid, sha256),
      isAcknowledged: false,
    } as const
    jobs.save(job)
    sendBid(deps, job)
  }
}

/** A job that was lost may be bid for again, should it be offered again or its award have come to nothing. */
function mayBid(job: EncoderJob | null): boolean {
  return job === null || (job.phase === 'closed' && job.outcome === 'lost')
}

/** Sends a bid to its creator and to everyone; repeated until the creator has acknowledged it. */
export function sendBid(
  { signer, network, background, jobs, state }: EncoderDeps,
  { id, bid, bidHash: sent }: EncoderJobIn<'bidding'>,
): void {
  background.start(`bid ${id}`, async (signal) => {
    const envelope = await signer.seal(bid)
    await network.publish('bids', envelope)
    signal.throwIfAborted()
    await network.call(jobCreator(id), 'bid', envelope)
    state.atomically(() => {
      const job = jobs.find(id)
      if (job?.phase === 'bidding' && job.bidHash === sent)
        jobs.save({ ...job, isAcknowledged: true })
    })
  })
}

function registeredArbiters({ ledger }: EncoderDeps): readonly EncoderDeps['account'][] {
  return [...ledger.current().nodes.values()]
    .filter(({ phase, roles }) => phase === 'active' && roles.includes('arbiter'))
    .map(({ account }) => account)
}
