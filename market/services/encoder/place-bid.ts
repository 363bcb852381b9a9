import { classOf } from '#protocol/encoder.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { JobId } from '#protocol/ids.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { bidFor } from '../../domain/bidding.ts'
import type { EncoderJob, EncoderJobIn } from '../../domain/encoder-job.ts'
import { isOccupying } from '../../domain/encoder-job.ts'
import { recipePercent } from '../../domain/pricing.ts'
import type { EncoderDeps } from './encoder-deps.ts'

/**
 * Considers an offer, whether from gossip or from a block, and bids within free capacity.
 * The bid is stored before it is sent: it binds this node from the moment anybody may have it. Idempotent.
 */
export function createConsiderOffer(deps: EncoderDeps) {
  const decline = createDecline(deps)
  return (offer: JobOffer): void => {
    const { account, engine, jobs, ledger, network, options, readiness, sha256 } = deps
    const { head } = ledger.current()
    if (!head || !ledger.isSynced() || !ledger.isTrusted()) return
    if (readiness.obstacle() !== null) return
    const creator = jobCreator(offer.job)
    if (creator === account || !mayBid(jobs.find(offer.job))) return
    // A firm bid takes a slot, so an offer that is overdue gets one only while there is somebody to take it up.
    if (head.time >= offer.bidsUntil && !network.isConnected(creator)) return
    if (!engine.decodes(offer.source.codec)) {
      decline(offer.job, `${offer.source.codec} cannot be decoded here`)
      return
    }
    const proof = publishedProof(deps, offer.recipe)
    if (!proof) {
      decline(offer.job, `the recipe ${offer.recipe} has not been proven here and published`)
      return
    }
    if (jobs.unfinished().filter(isOccupying).length >= options.slots) return
    const { prices, firmSeconds, marginSeconds } = options
    const profile = {
      ...{ account, prices, firmSeconds, marginSeconds },
      pixelsPerSecond: proof.pixelsPerSecond * engine.workers,
      percent: recipePercent(engine, proof),
      arbiters: registeredArbiters(deps),
    }
    const bid = bidFor(offer, profile, head.time)
    if (typeof bid === 'string') {
      decline(offer.job, bid)
      return
    }
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

/**
 * What was measured of a recipe, if the registry says of this encoder that its bytes are of that class: a creator reads there who
 * can follow the recipe, and by whose bytes a delivery is checked. The contract's needs no entry of its own.
 */
function publishedProof({ account, engine, ledger }: EncoderDeps, recipe: Recipe) {
  const proof = engine.proofOf(recipe)
  if (!proof || recipe === contractRecipe) return proof
  const own = ledger.current().nodes.get(account)?.encoder
  return own && classOf(own, recipe) === proof.class.cid ? proof : null
}

/** Jobs whose last reason is remembered, so that it is told once and not with every block. */
const rememberedReasons = 1_000

function createDecline({ onDecline }: EncoderDeps): (job: JobId, reason: string) => void {
  const told = new Map<JobId, string>()
  return (job, reason) => {
    if (told.get(job) === reason) return
    told.delete(job)
    told.set(job, reason)
    const [oldest] = told.keys()
    if (told.size > rememberedReasons && oldest !== undefined) told.delete(oldest)
    onDecline?.(job, reason)
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
