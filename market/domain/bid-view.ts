import { formatHbd, milliHbd } from '#protocol/amount.ts'
import type { BidView } from '#protocol/api/bid-view.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import { isUnseen } from './delivery-history.ts'
import type { BidCost, Candidate, Circumstances } from './ranking.ts'
import { costOf, exclusionOf } from './ranking.ts'

/** A bid with what its rank follows from; `rank` is null for one that is out. */
export function viewBid(
  candidate: Candidate,
  circumstances: Circumstances,
  { rank, sha256 }: { readonly rank: number | null; readonly sha256: Sha256 },
): BidView {
  const { bid, score } = candidate
  const { encoder, price, speed, readyBy, expires } = bid
  const cost = costOf(candidate, circumstances)
  const excluded =
    rank === null
      ? (exclusionOf(candidate, circumstances) ?? 'set aside: it did not take an earlier award')
      : null
  return {
    ...{ bid: bidHash(bid, sha256), encoder, price, speed, readyBy, expires, rank },
    score: { score: score.score, low: score.low, high: score.high },
    cost: {
      allInAll: milliHbd(cost.effective / 1_000n),
      waitPercent: waitPercent(cost),
      classPercent: Number(cost.classPercent - 100n),
      historyPercent: Number(cost.historyPercent),
      spreadPercent: Number(cost.spreadPercent),
      trust: Number(cost.trust),
    },
    excluded,
    why: excluded === null ? explainCost(candidate, cost, circumstances) : excluded,
  }
}

/** What a bid's cost is made of, in one sentence for everybody who is shown it. */
function explainCost(
  { bid, history, score: { score, low, high } }: Candidate,
  cost: BidCost,
  { luck }: Circumstances,
): string {
  const trust = (Number(cost.trust) / 1_000).toFixed(3)
  const added = [
    ['for the time it takes', waitPercent(cost)],
    ['for work that is measured and not compared', Number(cost.classPercent - 100n)],
    [
      isUnseen(history) ? 'for want of any delivery so far' : 'for its deliveries so far',
      Number(cost.historyPercent),
    ],
    ['for its share of the latest awards', Number(cost.spreadPercent)],
  ] as const
  const sums = added
    .filter(([, percent]) => percent > 0)
    .map(([reason, percent]) => `, ${percent} % more ${reason}`)
  const end = luck.isExploring
    ? 'the high end, as this job gives newcomers a chance'
    : 'the low end'
  return `${formatHbd(bid.price)}${sums.join('')}, divided by a trust of ${trust}: reputation ${score} (${low} to ${high}), by ${end}`
}

function waitPercent({ wait, window }: BidCost): number {
  return Number((wait * 100n) / window)
}
