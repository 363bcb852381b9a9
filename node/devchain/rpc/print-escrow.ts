import { formatTime } from '../hive/chain-time.ts'
import type { Form } from '../hive/field.ts'
import { asset } from '../hive/fields.ts'
import type { Escrow } from '../state/escrow.ts'
import type { Printed } from './printed.ts'

/** An escrow as hived's APIs show it, in either form. */
export function printEscrow(escrow: Escrow, form: Form): Printed {
  return {
    id: escrow.id,
    escrow_id: escrow.escrowId,
    from: escrow.from,
    to: escrow.to,
    agent: escrow.agent,
    ratification_deadline: formatTime(escrow.ratificationDeadline),
    escrow_expiration: formatTime(escrow.expiration),
    hbd_balance: asset.print(escrow.hbd, form),
    hive_balance: asset.print(escrow.hive, form),
    pending_fee: asset.print(escrow.fee, form),
    to_approved: escrow.toApproved,
    agent_approved: escrow.agentApproved,
    disputed: escrow.disputed,
  }
}
