import type Router from '@koa/router'
import { acceptRoute, bidRoute, bidsRoute, settleRoute } from '#protocol/api/community.ts'
import type { Bid } from '#protocol/bid.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { JobId } from '#protocol/ids.ts'
import type { AuditDeed } from '../../domain/audit-entry.ts'
import { deedOf } from '../../domain/audit-entry.ts'
import { MarketError } from '../../errors.ts'
import type { LiveMarket } from '../../ports/live-market.ts'
import type { AskedAward, PreparedAward } from '../../services/prepare-award.ts'
import type { AskedSettling, PreparedSettling } from '../../services/prepare-settling.ts'
import type { RankedBids } from '../../services/rank-live-bids.ts'
import { mount } from '../mount.ts'
import { signedIn } from './callers.ts'

export type BidsRouteDeps = {
  readonly live: Pick<LiveMarket, 'bids'>
  readonly rankLiveBids: (job: JobId) => Promise<RankedBids>
}

export type CommunityRouteDeps = BidsRouteDeps & {
  readonly live: LiveMarket
  readonly prepareAward: (asked: AskedAward) => Promise<PreparedAward>
  /** Why a bid is not believed; null for one that is. */
  readonly refusalOfBid: (bid: Envelope<Bid>) => Promise<string | null>
  readonly prepareSettling: (asked: AskedSettling) => Promise<PreparedSettling>
  readonly audit: (deed: AuditDeed) => Promise<void>
}

/** The live bids for a job, and how they rank. */
export function mountBidsRoute(router: Router, { live, rankLiveBids }: BidsRouteDeps): void {
  mount(router, bidsRoute, async ({ params: { job } }) => {
    const [bids, ranked] = await Promise.all([live.bids(job), rankLiveBids(job)])
    return { bids, ...ranked }
  })
}

export function mountCommunityRoutes(router: Router, deps: CommunityRouteDeps): void {
  const { live, prepareAward, refusalOfBid, audit } = deps
  mount(router, bidRoute, async ({ body, caller }) => {
    const account = signedIn(caller)
    const { job, encoder } = body.body
    if (encoder !== account || body.author !== account)
      throw new MarketError('forbidden', `A bid of @${encoder} is handed in by @${encoder} only.`)
    const refusal = await refusalOfBid(body)
    if (refusal !== null)
      throw new MarketError('bid-refused', `The bid is not believed: ${refusal}.`)
    await live.keepBid(body.body, deedOf(account, 'bid.handed-in', job))
    return { job, encoder }
  })
  mount(router, acceptRoute, async ({ body, caller }) => {
    const creator = signedIn(caller)
    const { job, encoder, arbiter = null } = body
    const { operations, choice } = await prepareAward({ creator, job, encoder, arbiter })
    // Nothing is changed by it: the entry is the deed.
    await audit(deedOf(creator, 'award.prepared', job))
    const { bid, fee } = choice
    return {
      ...{ operations, signer: creator, role: 'active' as const },
      ...{ price: bid.price, fee, arbiter: choice.arbiter },
    }
  })
  mount(router, settleRoute, async ({ body, caller }) => {
    const account = signedIn(caller)
    const { job, act, statement = null } = body
    const prepared = await deps.prepareSettling({ caller: account, job, act, statement })
    await audit(deedOf(account, `escrow.${body.act}-prepared`, body.job))
    return { ...prepared, signer: account }
  })
}
