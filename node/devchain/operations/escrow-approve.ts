import { accountSet, ensureAccountName } from '../hive/account-name.ts'
import { account, boolean, u32 } from '../hive/fields.ts'
import { ensure } from '../hive/hive-error.ts'
import type { Escrow } from '../state/escrow.ts'
import { isApproved, rejection } from '../state/escrow.ts'
import type { Evaluation } from './operation.ts'
import { defineOperation } from './operation.ts'
import { escrowApproved, escrowRejected } from './virtual-operations.ts'

/** One party's word on a pending escrow. An approval can not be taken back; one refusal ends it. */
export const escrowApprove = defineOperation({
  name: 'escrow_approve',
  id: 31,
  fields: {
    from: account,
    to: account,
    agent: account,
    who: account,
    escrow_id: u32,
    approve: boolean,
  },
  required: ({ who }) => ({ active: [who] }),
  impacted: ({ from, to, agent }) => accountSet([from, to, agent]),
  validate: ({ from, to, agent, who }) => {
    for (const name of [from, to, agent, who]) ensureAccountName(name)
    ensure(who === to || who === agent, 'to or agent must approve escrow', { subject: who })
  },
  apply: (operation, evaluation) => {
    const { ledger, now } = evaluation
    const escrow = ledger.escrow(operation.from, operation.escrow_id)
    ledger.ensureParties(escrow, operation)
    ensure(
      escrow.ratificationDeadline >= now,
      'The escrow ratification deadline has passed. Escrow can no longer be ratified.',
    )
    ensureSilent(escrow, operation.who)
    if (operation.approve) return approve(escrow, operation.who, evaluation)
    evaluation.emit(escrowRejected.record(rejection(escrow)))
    ledger.refundEscrow(escrow)
  },
})

function ensureSilent(escrow: Escrow, who: string): void {
  const { to, agent, toApproved, agentApproved } = escrow
  ensure(who !== to || !toApproved, "Account 'to' ({t}) has already approved the escrow.", {
    t: to,
  })
  ensure(
    who !== agent || !agentApproved,
    "Account 'agent' ({a}) has already approved the escrow.",
    { a: agent },
  )
}

/** The second approval pays the agent's fee at once, whatever becomes of the escrow. */
function approve(escrow: Escrow, who: string, { ledger, emit }: Evaluation): void {
  const approved: Escrow = {
    ...escrow,
    toApproved: escrow.toApproved || who === escrow.to,
    agentApproved: escrow.agentApproved || who === escrow.agent,
  }
  if (!isApproved(approved)) {
    ledger.saveEscrow(approved)
    return
  }
  const { from, to, agent, escrowId, fee } = approved
  ledger.credit(agent, fee)
  emit(escrowApproved.record({ from, to, agent, escrow_id: escrowId, fee }))
  ledger.saveEscrow({ ...approved, fee: { ...fee, amount: 0n } })
}
