import type { EncoderJobIn } from '../../domain/encoder-job.ts'
import { customJson, escrowDispute } from '../../domain/hive-operations.ts'
import { ensureSubmitted } from '../submit.ts'
import { partiesOf } from './answer-award.ts'
import { closeJob } from './close-job.ts'
import type { EncoderDeps } from './encoder-deps.ts'

/** Before an escrow's expiration only the other side can claim it; after it, whoever is first. A dispute in time closes that race. */
const disputeMarginSeconds = 3_600

/** delivering -> delivered when the delivery stands in an irreversible block. */
export function awaitDelivered(deps: EncoderDeps, job: EncoderJobIn<'delivering'>): void {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase === 'delivered') deps.jobs.save({ ...job, phase: 'delivered' })
  else if (known?.phase === 'settled') closeSettled(deps, job)
  else submitDelivery(deps, job)
}

/** delivered -> closed when the escrow is empty. Not paid an hour before it expires, the encoder disputes: after that it would be a race. */
export function awaitPayment(deps: EncoderDeps, job: EncoderJobIn<'delivered'>): void {
  const { jobs, escrows, head } = deps.ledger.current()
  const known = jobs.get(job.id)
  if (known?.phase === 'settled') {
    closeSettled(deps, job)
    return
  }
  const parties = partiesOf(deps, job)
  const escrow = parties && escrows.get(`${parties.from}/${parties.escrow}`)
  if (!parties || escrow?.phase !== 'funded' || !head) return
  if (head.time < escrow.terms.expiration - disputeMarginSeconds) return
  ensureSubmitted(deps.outbox, {
    key: `${job.id}/dispute`,
    account: deps.account,
    roles: ['active'],
    operations: () => [escrowDispute(parties, deps.account)],
  })
}

/** Signs the delivery, once. */
export function submitDelivery(
  { outbox, account, operationId }: EncoderDeps,
  { id, delivery }: EncoderJobIn<'delivering'>,
): void {
  ensureSubmitted(outbox, {
    key: `${id}/deliver`,
    account,
    roles: ['posting'],
    operations: () => [customJson(operationId, account, delivery)],
  })
}

function closeSettled(deps: EncoderDeps, job: EncoderJobIn<'delivering' | 'delivered'>): void {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase !== 'settled') return
  closeJob(deps, job, known.toEncoder > 0n ? 'paid' : 'refunded', known.toEncoder)
}
