import { milliHbd } from '#protocol/amount.ts'
import type { BidView } from '#protocol/api/bid-view.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { Candidate, Circumstances } from './ranking.ts'
import { costOf, exclusionOf } from './ranking.ts'

/** A bid with what its rank follows from; `rank` is null for one that is out. */
export function viewBid(
  candidate: Candidate,
  circumstances: Circumstances,
  { rank, sha256 }: { readonly rank: number | null; readonly sha256: Sha256 },
): BidView {
  const { bid, score } = candidate
  const { encoder, price, speed, readyBy, expires } = bid
  const { effective, wait, window, classPercent, trust } = costOf(candidate, circumstances)
  const excluded = exclusionOf(candidate, circumstances)
  return {
    ...{ bid: bidHash(bid, sha256), encoder, price, speed, readyBy, expires, rank },
    score: { score: score.score, low: score.low, high: score.high },
    cost: {
      allInAll: milliHbd(effective / 1_000n),
      waitPercent: Number((wait * 100n) / window),
      classPercent: Number(classPercent - 100n),
      trust: Number(trust),
    },
    excluded: rank === null ? (excluded ?? 'set aside: it did not take an earlier award') : null,
  }
}
