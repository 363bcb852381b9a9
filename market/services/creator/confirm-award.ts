import type { Job } from '#contracts/job.ts'
import { escrowKey } from '#contracts/ledger.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { ChainTime } from '#protocol/ids.ts'
import type { CreatorJobIn } from '../../domain/creator-job.ts'
import { postedOf } from '../../domain/creator-job.ts'
import { awardKey } from './award-bid.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { failJob } from './fail-job.ts'
import { noteEncounter } from './note-encounter.ts'

/** Awards in a row that the chain may refuse before the user is told: a refusal may be a lie, or be over at the next try. */
const mostRefusedAwards = 3

/** awarding -> awaiting-approval when the award stands in an irreversible block; back to bidding when it never will. */
export function confirmAward(deps: CreatorDeps, job: CreatorJobIn<'awarding'>): void {
  const entry = deps.outbox.find(awardKey(job.id, job.awards))
  if (entry?.phase === 'expired' && entry.complaint && job.awards >= mostRefusedAwards) {
    failJob(deps, job, 'transaction-refused', `The chain refused the award: ${entry.complaint}`)
    return
  }
  if (entry?.phase === 'expired') {
    deps.jobs.save(reopened(deps, job, []))
    return
  }
  if (entry?.phase !== 'confirmed') return
  const known = deps.ledger.current().jobs.get(job.id)
  if (isAwardOf(known, job)) {
    saveJob(
      deps,
      { ...job, phase: 'awaiting-approval', approvedBy: [] },
      { type: 'award-confirmed', block: known.awardedAt.height },
    )
    return
  }
  // The contract refused the award, so neither side will approve its escrow: the money returns at the ratification deadline.
  deps.jobs.save(reopened(deps, job, [job.choice.bid.encoder]))
}

/** awaiting-approval -> awaiting-delivery when both sides stand by the escrow; back to bidding when one does not. */
export function awaitApproval(deps: CreatorDeps, job: CreatorJobIn<'awaiting-approval'>): void {
  const ledger = deps.ledger.current()
  const known = ledger.jobs.get(job.id)
  if (known?.phase === 'offered') {
    const without = unwilling(deps, job)
    for (const name of without)
      if (name === job.choice.bid.encoder) noteEncounter(deps, job.id, name, 'unapproved')
    deps.jobs.save(reopened(deps, job, without))
    return
  }
  if (!isAwardOf(known, job)) return
  if (known.phase === 'awarded') {
    noteApprovals(deps, job)
    return
  }
  const told = known.approvals.map(
    ({ by, at }) => ({ type: 'escrow-approved', by, block: at.height }) as const,
  )
  saveJob(deps, { ...job, phase: 'awaiting-delivery' }, ...told)
}

function noteApprovals(deps: CreatorDeps, job: CreatorJobIn<'awaiting-approval'>): void {
  const escrow = deps.ledger.current().escrows.get(escrowKey(deps.account, job.choice.escrow))
  if (escrow?.phase !== 'pending' || escrow.approvals.length <= job.approvedBy.length) return
  deps.jobs.save({ ...job, approvedBy: escrow.approvals.map(({ by }) => by) })
}

/**
 * Whom the next award is to do without: the side that did not stand by this one. An arbiter is only left out while the
 * offer accepts another.
 */
function unwilling(
  { account }: CreatorDeps,
  { choice, approvedBy, offer, setAside }: CreatorJobIn<'awaiting-approval'>,
): readonly HiveAccount[] {
  const { arbiter, bid } = choice
  const others = offer.arbiters.filter(
    (name) => name !== arbiter && name !== account && !setAside.includes(name),
  )
  if (!approvedBy.includes(bid.encoder)) return [bid.encoder]
  return others.length > 0 ? [arbiter] : [bid.encoder]
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

/** Back to bidding without some, and with time for others to bid again: earlier bids may have expired meanwhile. */
function reopened(
  { ledger, options }: CreatorDeps,
  job: CreatorJobIn<'awarding' | 'awaiting-approval'>,
  without: readonly HiveAccount[],
): CreatorJobIn<'bidding'> {
  const now = ledger.current().head?.time ?? job.offer.bidsUntil
  return {
    ...postedOf(job),
    phase: 'bidding',
    setAside: [...job.setAside, ...without],
    listensUntil: ChainTime.parse(now + options.bidSeconds),
  }
}
