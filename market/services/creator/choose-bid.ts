import { bidHash } from '#protocol/envelope-body.ts'
import type { JobId, Sha256Hex } from '#protocol/ids.ts'
import { exclusionOf } from '../../domain/ranking.ts'
import { MarketError } from '../../errors.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { candidateOf, circumstancesOf } from './receive-bid.ts'

/**
 * Takes the owner's choice, whoever was to choose; the award follows with the next step of the job. A bid is named by its hash, so
 * that nothing is awarded but what the owner has seen. Idempotent until the award is signed.
 *
 * @throws MarketError `job-unknown`, `node-unready` before the offer is in a block, `job-ended` where bidding is over, `bid-lost` where the bid cannot win any more.
 */
export function createChooseBid(deps: CreatorDeps) {
  return (id: JobId, chosen: Sha256Hex): void =>
    deps.state.atomically(() => {
      const job = deps.jobs.find(id)
      if (!job) throw new MarketError('job-unknown', `This node has no job ${id}.`)
      if (job.phase === 'offering')
        throw new MarketError(
          'node-unready',
          'The offer is not in a block yet; choose in a moment.',
        )
      if (job.phase !== 'bidding')
        throw new MarketError('job-ended', `The job is not open for bids: it is ${job.phase}.`)
      const bid = deps.bids
        .of(id)
        .map(({ body }) => body)
        .find((body) => bidHash(body, deps.sha256) === chosen)
      if (!bid) throw new MarketError('bid-lost', 'That bid was withdrawn or replaced by another.')
      const excluded = job.setAside.includes(bid.encoder)
        ? 'it was awarded the job before and did not take it'
        : exclusionOf(candidateOf(deps, bid), circumstancesOf(deps, job))
      if (excluded) throw new MarketError('bid-lost', `@${bid.encoder} cannot win: ${excluded}.`)
      saveJob(deps, { ...job, chosen })
    })
}
