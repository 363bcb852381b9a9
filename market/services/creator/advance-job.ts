import { unreachable } from '#contracts/outcome.ts'
import type { JobId } from '#protocol/ids.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import { isOver } from '../../domain/creator-job.ts'
import { isRetired } from '../../domain/retired-recipe.ts'
import { awaitDelivery } from './await-delivery.ts'
import { awaitRelease } from './await-release.ts'
import { awardBid } from './award-bid.ts'
import { awaitApproval, confirmAward } from './confirm-award.ts'
import { confirmOffer } from './confirm-offer.ts'
import type { CreatorContext } from './creator-deps.ts'
import { awaitRuling, disputeUnchecked } from './dispute-work.ts'
import { retireJob } from './retire-job.ts'
import { confirmPayment, finishUnchecked } from './settle-job.ts'

/**
 * Moves a job as far as the ledger allows. Called after every block and every bid, and any number of times more:
 * each step looks at what is true, not at what has just happened, so a crash or a missed call loses nothing.
 */
export function createAdvanceJob(deps: CreatorContext, startCheck: (job: JobId) => void) {
  return (id: JobId): void => {
    for (let before = deps.jobs.find(id); before && !isOver(before); ) {
      const job = before
      deps.state.atomically(() => advanceOnce(deps, job, startCheck))
      before = deps.jobs.find(id)
      if (before?.phase === job.phase) return
    }
  }
}

function advanceOnce(
  deps: CreatorContext,
  job: CreatorJob,
  startCheck: (job: JobId) => void,
): void {
  if (isRetired(job.offer)) {
    retireJob(deps, job)
    return
  }
  switch (job.phase) {
    case 'offering':
      confirmOffer(deps, job)
      break
    case 'bidding':
      if (deps.ledger.isTrusted()) awardBid(deps, job)
      break
    case 'awarding':
      confirmAward(deps, job)
      break
    case 'awaiting-approval':
      awaitApproval(deps, job)
      break
    case 'awaiting-delivery':
      awaitDelivery(deps, job)
      break
    case 'checking':
      if (finishUnchecked(deps, job)) break
      disputeUnchecked(deps, job)
      // Nothing is paid on a ledger that others contradict; a dispute only puts the money on hold.
      if (deps.ledger.isTrusted()) startCheck(job.id)
      break
    case 'awaiting-release':
      awaitRelease(deps, job)
      break
    case 'settling':
      confirmPayment(deps, job)
      break
    case 'disputing':
      awaitRuling(deps, job)
      break
    case 'paid':
    case 'failed':
      break
    default:
      unreachable(job)
  }
}
