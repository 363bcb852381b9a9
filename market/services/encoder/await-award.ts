import type { Job } from '#contracts/job.ts'
import type { EncoderJobIn } from '../../domain/encoder-job.ts'
import { approveAward } from './answer-award.ts'
import { closeJob } from './close-job.ts'
import type { EncoderDeps } from './encoder-deps.ts'
import { sendBid } from './send-bid.ts'

/** bidding -> approving when the award names this bid; -> closed when it can no longer win. */
export function awaitAward(deps: EncoderDeps, job: EncoderJobIn<'bidding'>): void {
  const { head, jobs } = deps.ledger.current()
  const known = jobs.get(job.id)
  if (!head) return
  if (known?.phase === 'awarded' && known.award.bid === job.bidHash) {
    if (known.awardedAt.time <= job.bid.expires) approveAward(deps, job)
    else closeJob(deps, job, 'lost')
    return
  }
  if (isElsewhere(known) || head.time > job.bid.expires) {
    closeJob(deps, job, 'lost')
    return
  }
  if (!job.isAcknowledged) sendBid(deps, job)
}

/** The offer was withdrawn, or somebody else has the job. */
function isElsewhere(known: Job | undefined): boolean {
  return known !== undefined && known.phase !== 'offered'
}
