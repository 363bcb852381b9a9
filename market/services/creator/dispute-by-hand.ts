import { inForceFrom } from '#contracts/activation.ts'
import type { Escrow } from '#contracts/escrow.ts'
import { escrowKey } from '#contracts/ledger.ts'
import type { JobEvidence } from '#protocol/dispute.ts'
import type { JobId } from '#protocol/ids.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import { customJson, escrowDispute, partiesOfEscrow } from '../../domain/hive-operations.ts'
import { settlingActs } from '../../domain/settling-acts.ts'
import { MarketError } from '../../errors.ts'
import { ensureSubmitted, isSubmitted } from '../submit.ts'
import type { CreatorDeps } from './creator-deps.ts'

export type DisputeStatement = Pick<JobEvidence, 'text' | 'evidence'>

/**
 * Calls the arbiter because the owner says so, with what the owner has to say; or adds that to a dispute that is there. The dispute is the one
 * that this node would make by itself, so there are never two. Idempotent until the transaction is in a block.
 *
 * @throws MarketError `job-unknown`, and `escrow-refused` where the job cannot be disputed, or the owner has spoken.
 */
export function createDisputeByHand(deps: CreatorDeps) {
  return (id: JobId, statement: DisputeStatement): void =>
    deps.state.atomically(() => {
      const { ledger, account, operationId, outbox } = deps
      const { jobs, escrows, head } = ledger.current()
      const job = jobs.get(id)
      if (!job || !head || job.creator !== account)
        throw new MarketError('job-unknown', `No job ${id} of this node is on the chain.`)
      const from = inForceFrom('job.evidence', { operationId })
      if (head.height < from)
        throw new MarketError('escrow-refused', `What parties say is heard from block ${from} on.`)
      const isAwarded = job.phase !== 'offered' && job.phase !== 'cancelled'
      const escrow = isAwarded ? escrows.get(escrowKey(account, job.award.escrow)) : undefined
      const acts = settlingActs(job, escrow ?? null, head.time)
        .filter(({ by }) => by === account)
        .map(({ act }) => act)
      const said = customJson(operationId, account, {
        ...{ v: 1, t: 'job.evidence', job: id },
        ...statement,
      })
      const submit = (key: string, ...operations: readonly HiveOperation[]): void =>
        void ensureSubmitted(outbox, {
          ...{ key: `${id}/${key}`, account, roles: ['active'], operations: () => operations },
        })
      if (acts.includes('explain')) submit('evidence', said)
      else if (escrow && acts.includes('dispute')) dispute(escrow)
      else throw new MarketError('escrow-refused', refusal(job.phase, acts.length > 0))

      function dispute(funded: Escrow): void {
        if (isSubmitted(outbox, `${id}/dispute`))
          throw new MarketError(
            'escrow-refused',
            'The dispute is on its way; say it again when a block has it.',
          )
        submit('dispute', escrowDispute(partiesOfEscrow(funded), account), said)
      }
    })
}

function refusal(phase: string, isOver: boolean): string {
  if (isOver) return 'The escrow has ended: nobody can call the arbiter any more.'
  return phase === 'accepted' || phase === 'delivered'
    ? 'You have said what you have to say of it.'
    : `The job is ${phase}: there is nothing to dispute.`
}
