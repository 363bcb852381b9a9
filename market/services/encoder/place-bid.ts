import { isInForce } from '#contracts/activation.ts'
import type { Bid } from '#protocol/bid.ts'
import { classOf } from '#protocol/encoder.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import { jobCreator, Sha256Hex } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { explainPrice, plainTerms } from '../../domain/bid-price.ts'
import { bidFor, workSeconds } from '../../domain/bidding.ts'
import type { EncoderJob } from '../../domain/encoder-job.ts'
import { isOccupying } from '../../domain/encoder-job.ts'
import { recipePercent } from '../../domain/pricing.ts'
import type { Considerations } from './considerations.ts'
import type { EncoderDeps } from './encoder-deps.ts'
import { sendBid } from './send-bid.ts'

/**
 * Considers an offer, whether from gossip or from a block, and bids within free capacity.
 * The bid is stored before it is sent: it binds this node from the moment anybody may have it. Idempotent.
 */
export function createConsiderOffer(deps: EncoderDeps, { declined, answered }: Considerations) {
  const openOffers = createOpenOffers(deps)
  return (offer: JobOffer): void => {
    const { account, engine, jobs, ledger, network, options, readiness, sha256 } = deps
    const { head } = ledger.current()
    if (!head || !ledger.isSynced() || !ledger.isTrusted()) return
    if (readiness.obstacle() !== null) return
    const creator = jobCreator(offer.job)
    if (creator === account || !mayBid(jobs.find(offer.job))) return
    // A firm bid takes a slot, so an offer that is overdue gets one only while there is somebody to take it up.
    if (head.time >= offer.bidsUntil && !network.isConnected(creator)) return
    if (offer.sealedUntil !== undefined && head.time >= offer.sealedUntil) {
      declined(offer, 'its bids were to be sealed by now')
      return
    }
    if (!isInForce(offer, head.height, deps)) {
      declined(offer, 'its terms are not in force yet')
      return
    }
    if (!engine.decodes(offer.source.codec)) {
      declined(offer, `${offer.source.codec} cannot be decoded here`)
      return
    }
    const proof = publishedProof(deps, offer.recipe)
    if (!proof) {
      declined(offer, `the recipe ${offer.recipe} has not been proven here and published`)
      return
    }
    const taken = jobs.unfinished().filter(isOccupying)
    const { prices, terms = plainTerms, slots, firmSeconds, marginSeconds } = options
    const free = slots - taken.length
    if (free <= 0) {
      declined(offer, 'every slot is taken')
      return
    }
    const waiting = Math.max(0, openOffers(offer.job) - (free - 1))
    const answer = bidFor(
      offer,
      {
        ...{ account, prices, terms, firmSeconds, marginSeconds },
        load: { slots, taken: taken.length, waiting },
        aheadSeconds: taken.reduce((sum, job) => sum + secondsOf(deps, job), 0),
        pixelsPerSecond: proof.pixelsPerSecond * engine.workers,
        percent: recipePercent(engine, proof),
        arbiters: registeredArbiters(deps),
      },
      head.time,
    )
    if (typeof answer === 'string') {
      declined(offer, answer)
      return
    }
    const { priced } = answer
    const bid = offer.sealedUntil === undefined ? answer.bid : salted(deps, answer.bid)
    const job = {
      phase: 'bidding',
      id: offer.job,
      offer,
      bid,
      bidHash: bidHash(bid, sha256),
      isAcknowledged: false,
    } as const
    jobs.save(job)
    answered(offer, bid, explainPrice(priced))
    sendBid(deps, job)
  }
}

/** Seconds that a job or firm bid takes of this machine; as long as the contract's recipe where its own is no more. */
function secondsOf({ engine }: EncoderDeps, { offer }: EncoderJob): number {
  const { pixelsPerSecond } = engine.proofOf(offer.recipe) ?? engine
  return workSeconds(offer, pixelsPerSecond * engine.workers)
}

/** Counts the offers that bids are wanted for and that this node has not answered, but for one; once for each block. */
function createOpenOffers({
  account,
  jobs,
  ledger,
}: EncoderDeps): (besides: JobOffer['job']) => number {
  let counted: { readonly at: number; readonly open: ReadonlySet<JobOffer['job']> } | null = null
  return (besides) => {
    const { head, jobs: known } = ledger.current()
    const at = head?.time ?? 0
    if (counted?.at !== at) {
      const open = [...known.values()].filter(
        ({ id, phase, creator, offer }) =>
          phase === 'offered' && offer.bidsUntil > at && creator !== account && !jobs.find(id),
      )
      counted = { at, open: new Set(open.map(({ id }) => id)) }
    }
    return counted.open.size - Number(counted.open.has(besides))
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

/** A job that was lost may be bid for again, should it be offered again or its award have come to nothing. */
function mayBid(job: EncoderJob | null): boolean {
  return job === null || (job.phase === 'closed' && job.outcome === 'lost')
}

/** A bid that nobody can guess from its hash. */
function salted({ randomHex }: EncoderDeps, bid: Bid): Bid {
  return { ...bid, salt: Sha256Hex.parse(randomHex(32)) }
}

function registeredArbiters({ ledger }: EncoderDeps): readonly EncoderDeps['account'][] {
  return [...ledger.current().nodes.values()]
    .filter(({ phase, roles }) => phase === 'active' && roles.includes('arbiter'))
    .map(({ account }) => account)
}
