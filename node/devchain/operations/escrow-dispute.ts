import { accountSet, ensureAccountName } from '../hive/account-name.ts'
import { account, u32 } from '../hive/fields.ts'
import { ensure } from '../hive/hive-error.ts'
import { isApproved } from '../state/escrow.ts'
import { defineOperation } from './operation.ts'

/** From here on only the agent can end the escrow, for ever. */
export const escrowDispute = defineOperation({
  name: 'escrow_dispute',
  id: 28,
  fields: { from: account, to: account, agent: account, who: account, escrow_id: u32 },
  required: ({ who }) => ({ active: [who] }),
  impacted: ({ from, to, agent }) => accountSet([from, to, agent]),
  validate: ({ from, to, agent, who }) => {
    for (const name of [from, to, agent, who]) ensureAccountName(name)
    ensure(who === from || who === to, 'who must be from or to', { subject: who })
  },
  apply: (operation, { ledger, now }) => {
    ledger.account(operation.from)
    const escrow = ledger.escrow(operation.from, operation.escrow_id)
    ensure(now < escrow.expiration, 'Disputing the escrow must happen before expiration.')
    ensure(isApproved(escrow), "Escrow for '{subject}' is not fully approved.", {
      subject: operation.from,
    })
    ensure(!escrow.disputed, 'The escrow is already under dispute.')
    ledger.ensureParties(escrow, operation)
    ledger.saveEscrow({ ...escrow, disputed: true })
  },
})
