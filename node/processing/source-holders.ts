import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'

/** Holders that are asked at a time: enough to do without one that is gone. */
const askedAtOnce = 4

/**
 * Who should have a job's source by what the chain tells: whoever offers the job, and the latest of those that encode from the same
 * source, as those of a video's other ranges do. Not all of them need have all of it.
 */
export function sourceHolders(
  ledger: LedgerView,
  { source }: JobOffer,
  creator: HiveAccount,
): readonly HiveAccount[] {
  const encoders: HiveAccount[] = []
  for (const job of ledger.current().jobs.values())
    if ('award' in job && job.offer.source.cid === source.cid) encoders.push(job.award.encoder)
  return [...new Set([creator, ...encoders.reverse()])].slice(0, askedAtOnce)
}
