import type { Job } from '#contracts/job.ts'
import type { CreatorJobIn } from '../../domain/creator-job.ts'
import { awardKey } from './award-bid.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { failJob } from './fail-job.ts'

/** awarding -> awaiting-approval when the award stands in an irreversible block; back to bidding when it never will. */
export function confirmAward(deps: CreatorDeps, job: CreatorJobIn<'awarding'>): void {
  const entry = deps.outbox.find(awardKey(job.id, job.awards))
  if (entry?.phase === 'expired' && entry.complaint) {
    failJob(deps, job, 'transaction-refused', `The chain refused the award: ${entry.complaint}`)
    return
  }
  if (entry?.phase === 'expired') {
    deps.jobs.save(reopened(job))
    return
  }
  if (entry?.phase !== 'confirmed') return
  const known = deps.ledger.current().jobs.get(job.id)
  if (isAwardOf(known, job)) {
    saveJob(
      deps,
      { ...job, phase: 'awaiting-approval' },
      { type: 'award-confirmed', block: known.awardedAt.height },
    )
    return
  }
  // The contract refused the award, so neither side will approve its escrow: the money returns at the ratification deadline.
  deps.jobs.save(setAside(job))
}

/** awaiting-approval -> awaiting-delivery when both sides stand by the escrow; back to bidding when one does not. */
export function awaitApproval(deps: CreatorDeps, job: CreatorJobIn<'awaiting-approval'>): void {
  const ledger = deps.ledger.current()
  const known = ledger.jobs.get(job.id)
  if (known?.phase === 'offered') {
    deps.jobs.save(setAside(job))
    return
  }
  if (!isAwardOf(known, job) || known.phase === 'awarded') return
  const told = known.approvals.map(
    ({ by, at }) => ({ type: 'escrow-approved', by, block: at.height }) as const,
  )
  saveJob(deps, { ...job, phase: 'awaiting-delivery' }, ...told)
}

type Awarded = Exclude<Job, { readonly phase: 'offered' | 'cancelled' }>

/** True for a job whose award is the one this node chose. */
function isAwardOf(
  known: Job | undefined,
  { choice }: CreatorJobIn<'awarding' | 'awaiting-approval'>,
): known is Awarded {
  if (!known || known.phase === 'offered' || known.phase === 'cancelled') return false
  return known.award.bid === choice.bidHash && known.award.escrow === choice.escrow
}

function reopened(job: CreatorJobIn<'awarding' | 'awaiting-approval'>): CreatorJobIn<'bidding'> {
  const { choice: _choice, ...posted } = job
  return { ...posted, phase: 'bidding' }
}

/** Back to bidding, without the encoder that did not take the award. */
function setAside(job: CreatorJobIn<'awarding' | 'awaiting-approval'>): CreatorJobIn<'bidding'> {
  return { ...reopened(job), setAside: [...job.setAside, job.choice.bid.encoder] }
}
