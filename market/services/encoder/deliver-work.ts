import type { FundedEscrow } from '#contracts/escrow.ts'
import { escrowKey } from '#contracts/ledger.ts'
import { isTooLate } from '#contracts/ruling.ts'
import type { JobId } from '#protocol/ids.ts'
import type { EncoderJob, EncoderJobIn } from '../../domain/encoder-job.ts'
import {
  customJson,
  escrowDispute,
  escrowRelease,
  partiesOfEscrow,
} from '../../domain/hive-operations.ts'
import { disputeMarginSeconds } from '../../domain/offer-terms.ts'
import { ensureSubmitted, isUndecided, latestSubmission } from '../submit.ts'
import { closeJob } from './close-job.ts'
import type { EncoderDeps } from './encoder-deps.ts'
import { giveBack } from './give-back.ts'

/** delivering -> delivered when the delivery stands in an irreversible block; -> refunding when none took it in time. */
export function awaitDelivered(deps: EncoderDeps, job: EncoderJobIn<'delivering'>): void {
  const { jobs, head } = deps.ledger.current()
  const known = jobs.get(job.id)
  if (known?.phase === 'delivered') deps.jobs.save({ ...job, phase: 'delivered' })
  else if (known?.phase === 'settled') closeSettled(deps, job)
  else if (!head || !isTooLate(job.offer, head.time)) submitDelivery(deps, job)
  else if (!mayStillLand(deps, job)) giveBack(deps, job, 'no block took the delivery in time')
}

function mayStillLand({ outbox }: EncoderDeps, { id }: EncoderJobIn<'delivering'>): boolean {
  return isUndecided(latestSubmission(outbox, deliveryKey(id)))
}

/**
 * delivered -> closed when the escrow is empty. Not paid an hour before it expires, the encoder disputes: after that it would
 * be a race. One that was away for so long that it has expired takes what nobody has disputed; work that came too late is
 * owed nothing, and its money goes back.
 */
export function awaitPayment(deps: EncoderDeps, job: EncoderJobIn<'delivered'>): void {
  const { jobs, escrows, head } = deps.ledger.current()
  const known = jobs.get(job.id)
  if (known?.phase === 'settled') {
    closeSettled(deps, job)
    return
  }
  if (known?.phase !== 'delivered' || !head) return
  const escrow = escrows.get(escrowKey(known.creator, known.award.escrow))
  if (escrow?.phase !== 'funded') return
  if (head.time < escrow.terms.expiration - disputeMarginSeconds) return
  if (isTooLate(job.offer, known.delivered.at.time)) giveBack(deps, job, 'delivered too late')
  else if (head.time < escrow.terms.expiration) dispute(deps, job, escrow)
  else claim(deps, job, escrow)
}

function dispute({ outbox, account }: EncoderDeps, { id }: EncoderJob, escrow: FundedEscrow): void {
  ensureSubmitted(outbox, {
    key: `${id}/dispute`,
    account,
    roles: ['active'],
    operations: () => [escrowDispute(partiesOfEscrow(escrow), account)],
  })
}

function claim({ outbox, account }: EncoderDeps, { id }: EncoderJob, escrow: FundedEscrow): void {
  const release = { who: account, receiver: account, amount: escrow.held }
  ensureSubmitted(outbox, {
    key: `${id}/claim`,
    account,
    roles: ['active'],
    operations: () => [escrowRelease(partiesOfEscrow(escrow), release)],
  })
}

/** Signs the delivery, once. */
export function submitDelivery(
  { outbox, account, operationId }: EncoderDeps,
  { id, delivery }: EncoderJobIn<'delivering'>,
): void {
  ensureSubmitted(outbox, {
    key: deliveryKey(id),
    account,
    roles: ['posting'],
    operations: () => [customJson(operationId, account, delivery)],
  })
}

function deliveryKey(id: JobId): string {
  return `${id}/deliver`
}

function closeSettled(deps: EncoderDeps, job: EncoderJobIn<'delivering' | 'delivered'>): void {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase !== 'settled') return
  closeJob(deps, job, known.toEncoder > 0n ? 'paid' : 'refunded', known.toEncoder)
}
