import type { PendingEscrow } from '#contracts/escrow.ts'
import { escrowApprove, partiesOfEscrow } from '../../domain/hive-operations.ts'
import { ensureSubmitted } from '../submit.ts'
import type { ArbiterDeps } from './arbiter-deps.ts'

/** Stands by an escrow that pays for a valid award and brings the fee; refuses any other, so that its payer is free at once. */
export function answerEscrow(
  { outbox, account, ledger, options }: ArbiterDeps,
  escrow: PendingEscrow,
): void {
  const { terms, approvals } = escrow
  if (approvals.some(({ by }) => by === account)) return
  const job = ledger.current().jobs.get(terms.meta.job)
  const isAwarded =
    job?.phase === 'awarded' && job.awardedAt.transaction === terms.opened.transaction
  const verdict = isAwarded && terms.fee >= options.fee ? 'approve' : 'refuse'
  ensureSubmitted(outbox, {
    key: `escrow ${terms.opened.transaction}/${verdict}`,
    account,
    roles: ['active'],
    operations: () => [escrowApprove(partiesOfEscrow(escrow), account, verdict)],
  })
}
