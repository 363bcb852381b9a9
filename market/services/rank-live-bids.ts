import type { BidView, SealView } from '#protocol/api/bid-view.ts'
import type { Bid, SealedBid } from '#protocol/bid.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import type { ChainTime, HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { viewBid } from '../domain/bid-view.ts'
import type { Candidate, Circumstances } from '../domain/ranking.ts'
import { rankBids } from '../domain/ranking.ts'
import type { SealFault } from '../domain/sealed-bidding.ts'
import { sealFaultsOf, unopened } from '../domain/sealed-bidding.ts'
import { openRules } from '../domain/selection.ts'
import type { ChainQueries } from '../ports/chain-queries.ts'
import type { LiveMarket } from '../ports/live-market.ts'
import { historyOf } from './known-deliveries.ts'

export type RankLiveBidsDeps = {
  readonly chain: Pick<ChainQueries, 'at' | 'job' | 'node' | 'reputation'>
  readonly live: Pick<LiveMarket, 'bids' | 'seals' | 'offer'>
  readonly sha256: Sha256
}

export type RankedBids = {
  readonly ranking: readonly BidView[]
  /** Bids that are not open. */
  readonly sealed: readonly SealView[]
}

/**
 * Live bids for an offer as a creator without wishes of its own would rank them. A creator's node may see it otherwise: it knows its own
 * tool chain, whom it blocks, and its luck; nobody else does.
 */
export function createRankLiveBids({ chain, live, sha256 }: RankLiveBidsDeps) {
  const candidateOf = async (
    bid: Candidate['bid'],
    faultOf: (bid: Candidate['bid']) => SealFault | null,
  ): Promise<Candidate> => {
    const [node, { scores }] = await Promise.all([
      chain.node(bid.encoder),
      chain.reputation(bid.encoder),
    ])
    const own = scores.find(({ role }) => role === 'encoder')
    return {
      ...{ bid, node: node?.phase === 'active' ? node : undefined },
      score: own ?? { score: 0, low: 0, high: 0 },
      history: historyOf(own),
      ...{ setAsideUntil: null, recentAwards: 0, sealFault: faultOf(bid) },
    }
  }
  const registered = async (accounts: readonly HiveAccount[]): Promise<readonly HiveAccount[]> => {
    const nodes = await Promise.all(accounts.map(async (account) => chain.node(account)))
    return accounts.filter((_, place) => nodes[place]?.phase === 'active')
  }
  return async (job: JobId): Promise<RankedBids> => {
    const [known, announced, bids, seals, at] = await Promise.all([
      chain.job(job),
      live.offer(job),
      live.bids(job),
      live.seals(job),
      chain.at(),
    ])
    const offer = known?.job.offer ?? announced
    if (!offer || !at) return { ranking: [], sealed: [] }
    const faultOf = sealFaultsOf(offer, seals, sha256)
    const circumstances: Circumstances = {
      ...{ offer, now: at.time, ownClass: null, rules: openRules },
      arbiters: await registered(offer.arbiters),
      luck: { isExploring: false, lotOf: (encoder) => encoder },
    }
    const candidates = await Promise.all(bids.map((bid) => candidateOf(bid, faultOf)))
    const ranked = rankBids(candidates, circumstances)
    const others = candidates.filter((candidate) => !ranked.includes(candidate))
    const ranking = [
      ...ranked.map((each, index) => viewBid(each, circumstances, { rank: index + 1, sha256 })),
      ...others.map((each) => viewBid(each, circumstances, { rank: null, sha256 })),
    ]
    return { ranking, sealed: sealedIn(offer, seals, bids, at.time) }
  }
}

/** Of those who have opened none, in the order of their names. */
function sealedIn(
  { sealedUntil }: JobOffer,
  seals: readonly SealedBid[],
  bids: readonly Bid[],
  now: ChainTime,
): readonly SealView[] {
  if (sealedUntil === undefined) return []
  const silent = unopened(seals, bids)
  const isOverdue = now >= sealedUntil
  return seals
    .filter(({ encoder }) => silent.includes(encoder))
    .map(({ encoder, bid }) => ({ encoder, bid, sealedUntil, isOverdue }))
}
