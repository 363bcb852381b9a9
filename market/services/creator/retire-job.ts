import type { CreatorJob } from '../../domain/creator-job.ts'
import { escrowRelease, partiesOfEscrow } from '../../domain/hive-operations.ts'
import { heldFor } from '../retired-escrow.ts'
import { ensureSubmitted } from '../submit.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { failJob } from './fail-job.ts'

/**
 * any -> failed, for a job by a recipe that this program does not have, once its escrow holds nothing: the encoder returns the
 * money, or this node takes it back when the escrow has come to its end.
 */
export function retireJob(deps: CreatorDeps, job: CreatorJob): void {
  const { account, ledger, outbox } = deps
  const escrow = heldFor(ledger, job.id, { from: account })
  if (!escrow) {
    const message = `This job is by ${job.offer.recipe}, a recipe of an earlier version of this program; post the video again.`
    failJob(deps, job, 'unsupported-here', message)
    return
  }
  if ((ledger.current().head?.time ?? 0) <= escrow.terms.expiration) return
  const release = { who: account, receiver: account, amount: escrow.held }
  ensureSubmitted(outbox, {
    key: `${job.id}/take-back`,
    account,
    roles: ['active'],
    operations: () => [escrowRelease(partiesOfEscrow(escrow), release)],
  })
}
