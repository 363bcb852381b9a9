import type Router from '@koa/router'
import { prepareOfferRoute, quoteRoute, sourceRoute } from '#protocol/api/posting.ts'
import type { AuditDeed } from '../../domain/audit-entry.ts'
import { deedOf } from '../../domain/audit-entry.ts'
import { buildLadder } from '../../domain/ladder.ts'
import { quoteOf } from '../../domain/quote.ts'
import { isShort } from '../../domain/routing.ts'
import type { RegistryView } from '../../ports/ledger-view.ts'
import type { Sources } from '../../ports/sources.ts'
import type { AskedOffer, PreparedOffer } from '../../services/prepare-offer.ts'
import { mount } from '../mount.ts'
import { ofNamed } from '../refusals.ts'
import { signedIn } from './callers.ts'

export type PostingRouteDeps = {
  readonly sources: Pick<Sources, 'measure'>
  readonly registry: RegistryView
  readonly prepareOffer: (asked: AskedOffer, signal: AbortSignal) => Promise<PreparedOffer>
  readonly audit: (deed: AuditDeed) => Promise<void>
}

/** What a creator needs before a job is on the chain. */
export function mountPostingRoutes(router: Router, deps: PostingRouteDeps): void {
  const { sources, registry, prepareOffer, audit } = deps
  mount(router, sourceRoute, async ({ params: { cid }, signal, caller }) => {
    signedIn(caller)
    const profile = await ofNamed(sources.measure(cid, { signal }))
    const { bytes, width, height, frames, rate } = profile
    const seconds = (frames * rate.denominator) / rate.numerator
    const ladder = buildLadder(width, height, profile)
    return { cid, bytes, width, height, seconds, isShort: isShort(seconds), ladder }
  })
  mount(router, quoteRoute, async ({ body }) => quoteOf(registry.current().nodes.values(), body))
  mount(router, prepareOfferRoute, async ({ body, caller, signal }) => {
    const creator = signedIn(caller)
    const { job, saltHash, workSeconds = null, arbiter = null } = body
    const { operations, offer } = await ofNamed(
      prepareOffer({ creator, job, saltHash, workSeconds, arbiter }, signal),
    )
    // Nothing is changed by it: the entry is the deed.
    await audit(deedOf(creator, 'offer.prepared', offer.job))
    const { ceiling, bidsUntil, deliverBy, arbiters, ladder } = offer
    return {
      ...{ operations, signer: creator, role: 'posting' as const, job: offer.job },
      ...{ ceiling, bidsUntil, deliverBy, arbiters, ladder },
    }
  })
}
