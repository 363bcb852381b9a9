import type { EncoderJob } from '../../domain/encoder-job.ts'
import { escrowRelease, partiesOfEscrow } from '../../domain/hive-operations.ts'
import { heldFor } from '../retired-escrow.ts'
import { ensureSubmitted } from '../submit.ts'
import { closeJob } from './close-job.ts'
import type { EncoderDeps } from './encoder-deps.ts'

/**
 * any -> closed, for a job by a recipe that this program does not have. Its pieces are let go, and none of them gets into another
 * tree; what its escrow holds goes back to the creator first, since nobody could check the work any more.
 */
export function retireJob(deps: EncoderDeps, job: EncoderJob): void {
  const { account, ledger, outbox } = deps
  const escrow = heldFor(ledger, job.id, { to: account })
  if (escrow) {
    const release = { who: account, receiver: escrow.terms.from, amount: escrow.held }
    ensureSubmitted(outbox, {
      key: `${job.id}/refund`,
      account,
      roles: ['active'],
      operations: () => [escrowRelease(partiesOfEscrow(escrow), release)],
    })
    return
  }
  const isUndertaken = job.phase !== 'bidding' && job.phase !== 'approving'
  closeJob(deps, job, isUndertaken ? 'refunded' : 'lost')
  deps.onRetire?.(job.id, job.offer.recipe)
}
