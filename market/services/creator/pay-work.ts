import type { DeliveredJob } from '#contracts/job.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { Choice, CreatorJobIn } from '../../domain/creator-job.ts'
import { customJson, escrowRelease } from '../../domain/hive-operations.ts'
import { starsFor } from '../../domain/rating.ts'
import type { OutboxEntry } from '../../ports/outbox.ts'
import { ensureSubmitted } from '../submit.ts'
import { attestationOf, hasAttested } from './attest-delivery.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { escrowOf, partiesOf } from './escrow-of-job.ts'

/** What its encoder is paid when the work is good: less than the price where the owner has released a part by hand. */
export function amountHeld(deps: CreatorDeps, job: { readonly choice: Choice }): MilliHbd {
  const escrow = escrowOf(deps, job)
  return escrow?.phase === 'funded' ? escrow.held : job.choice.bid.price
}

/**
 * Attests, pays and rates in one transaction: the money never leaves the escrow without the statement that it was earned.
 */
export function submitPayment(
  deps: CreatorDeps,
  job: CreatorJobIn<'settling'>,
  known: DeliveredJob,
): OutboxEntry {
  const { outbox, account, operationId } = deps
  const { bid } = job.choice
  const stars = starsFor(known)
  const rating = { v: 1, t: 'encoder.rate', job: job.id, encoder: bid.encoder, stars } as const
  const release = { who: account, receiver: bid.encoder, amount: amountHeld(deps, job) }
  // Where the money had to wait for the owner, the statement went ahead.
  const statement = hasAttested(deps, known)
    ? []
    : [customJson(operationId, account, attestationOf(job, known, job.check))]
  return ensureSubmitted(outbox, {
    key: `${job.id}/payment`,
    account,
    roles: ['posting', 'active'],
    operations: () => [
      ...statement,
      escrowRelease(partiesOf(account, job.choice), release),
      customJson(operationId, account, rating),
    ],
  })
}
