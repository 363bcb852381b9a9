import type { Role } from '#contracts/deeds.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { ProjectedEvent, ProjectedReceipt } from '../ports/projection-store.ts'

type Received = {
  readonly account: HiveAccount
  readonly role: Role
  readonly amount: MilliHbd
}

/** What the events of one block brought whom; the ledger is the one after it. */
export function projectReceipts(
  events: readonly ProjectedEvent[],
  ledger: Ledger,
): readonly ProjectedReceipt[] {
  return events.flatMap((event) => {
    const received = receivedBy(event, ledger)
    if (!received || received.amount === 0n) return []
    const { height, position, time, transaction, job } = event
    return [{ ...received, height, position, time, transaction, job }]
  })
}

function receivedBy(
  { type, receiver, amount, job: id }: ProjectedEvent,
  { jobs }: Ledger,
): Received | null {
  if (type === 'escrow-paid' && receiver && amount)
    return { account: receiver, role: 'encoder', amount }
  if (type === 'escrow-returned' && receiver && amount)
    return { account: receiver, role: 'creator', amount }
  // hived pays the arbiter when both sides have approved, whatever comes after.
  const job = jobs.get(id)
  if (type !== 'job-accepted' || !job || !('fee' in job)) return null
  return { account: job.award.arbiter, role: 'arbiter', amount: job.fee }
}
