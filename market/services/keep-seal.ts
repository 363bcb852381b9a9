import type { SealedBid } from '#protocol/bid.ts'
import type { ChainQueries } from '../ports/chain-queries.ts'
import type { LiveMarket } from '../ports/live-market.ts'

export type KeepSealDeps = {
  readonly chain: Pick<ChainQueries, 'at' | 'job'>
  readonly live: Pick<LiveMarket, 'keepSeal' | 'offer'>
}

/**
 * Keeps a seal that came while its offer takes any: one that comes later seals what its author has seen of the others, and opens
 * nothing. Of an offer that is not known yet it is kept, for gossip has no order.
 */
export function createKeepSeal({ chain, live }: KeepSealDeps) {
  return async (seal: SealedBid): Promise<void> => {
    const [known, announced, at] = await Promise.all([
      chain.job(seal.job),
      live.offer(seal.job),
      chain.at(),
    ])
    const offer = known?.job.offer ?? announced
    const { sealedUntil = 0 } = offer ?? { sealedUntil: Number.POSITIVE_INFINITY }
    if ((at?.time ?? 0) < sealedUntil) await live.keepSeal(seal)
  }
}
