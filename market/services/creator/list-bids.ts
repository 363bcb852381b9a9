import type { JobBids } from '#protocol/api/control.ts'
import type { JobId } from '#protocol/ids.ts'
import { viewBid } from '../../domain/bid-view.ts'
import { choiceUntil } from '../../domain/choice.ts'
import { rankBids } from '../../domain/ranking.ts'
import { MarketError } from '../../errors.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { candidateOf, circumstancesOf } from './receive-bid.ts'

/**
 * The bids for a job as its node ranks them at this moment, the best first and those that cannot win last, each with what its rank
 * follows from.
 *
 * @throws MarketError `job-unknown`, and `request-invalid` for a video that is sold in ranges.
 */
export function createListBids(deps: CreatorDeps) {
  return (id: JobId): JobBids => {
    const job = deps.jobs.find(id)
    if (!job && deps.splits.find(id))
      throw new MarketError(
        'request-invalid',
        `${id} is sold in ranges, and each has bids of its own: see spk-encoder job list.`,
      )
    if (!job) throw new MarketError('job-unknown', `This node has no job ${id}.`)
    const circumstances = circumstancesOf(deps, job)
    const envelopes = deps.bids.of(id)
    const candidates = envelopes.map(({ body }) => candidateOf(deps, body))
    const awarded = 'choice' in job ? job.choice.bidHash : null
    const open = candidates.filter(({ bid }) => !job.setAside.includes(bid.encoder))
    const ranked = rankBids(open, circumstances)
    const others = candidates.filter((candidate) => !ranked.includes(candidate))
    const mode = job.selection ?? 'automatic'
    const [best] = ranked
    const asked = job.phase === 'bidding' && mode !== 'automatic' ? job.asked : undefined
    return {
      ...{ job: id, phase: job.phase, mode },
      awarded,
      record: { offer: job.offer, seals: deps.seals.of(id), bids: envelopes, awarded },
      choiceUntil:
        asked && best
          ? choiceUntil(best.bid, { mode, since: asked.since }, deps.options.selection)
          : null,
      bids: [
        ...ranked.map((candidate, index) =>
          viewBid(candidate, circumstances, { rank: index + 1, sha256: deps.sha256 }),
        ),
        ...others.map((candidate) =>
          viewBid(candidate, circumstances, { rank: null, sha256: deps.sha256 }),
        ),
      ],
    }
  }
}
