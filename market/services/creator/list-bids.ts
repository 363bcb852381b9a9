import { milliHbd } from '#protocol/amount.ts'
import type { BidView, JobBids } from '#protocol/api/control.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { JobId } from '#protocol/ids.ts'
import { choiceUntil } from '../../domain/choice.ts'
import type { Candidate, Circumstances } from '../../domain/ranking.ts'
import { costOf, exclusionOf, rankBids } from '../../domain/ranking.ts'
import { MarketError } from '../../errors.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { candidateOf, circumstancesOf } from './receive-bid.ts'

/**
 * The bids for a job as its node ranks them at this moment, the best first and those that cannot win last, each with what its rank
 * follows from.
 *
 * @throws MarketError `job-unknown`.
 */
export function createListBids(deps: CreatorDeps) {
  return (id: JobId): JobBids => {
    const job = deps.jobs.find(id)
    if (!job) throw new MarketError('job-unknown', `This node has no job ${id}.`)
    const circumstances = circumstancesOf(deps, job)
    const candidates = deps.bids.of(id).map(({ body }) => candidateOf(deps, body))
    const open = candidates.filter(({ bid }) => !job.setAside.includes(bid.encoder))
    const ranked = rankBids(open, circumstances)
    const others = candidates.filter((candidate) => !ranked.includes(candidate))
    const mode = job.selection ?? 'automatic'
    const [best] = ranked
    const asked = job.phase === 'bidding' && mode !== 'automatic' ? job.asked : undefined
    return {
      ...{ job: id, phase: job.phase, mode },
      awarded: 'choice' in job ? job.choice.bidHash : null,
      choiceUntil:
        asked && best
          ? choiceUntil(best.bid, { mode, since: asked.since }, deps.options.selection)
          : null,
      bids: [
        ...ranked.map((candidate, index) => viewOf(deps, candidate, circumstances, index + 1)),
        ...others.map((candidate) => viewOf(deps, candidate, circumstances, null)),
      ],
    }
  }
}

function viewOf(
  { sha256 }: CreatorDeps,
  candidate: Candidate,
  circumstances: Circumstances,
  rank: number | null,
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
