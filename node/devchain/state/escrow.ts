import type { Asset } from '../hive/asset.ts'
import { structField } from '../hive/field.ts'
import { account, asset, boolean, time, u32 } from '../hive/fields.ts'

/**
 * pending -> approved (both flags; the fee is paid) -> disputed. It ends by refusal or a missed ratification deadline
 * while pending, and by release of the last of its balances afterwards.
 */
export type Escrow = {
  readonly id: number
  /** The payer's own number for it, free again once the escrow has ended. */
  readonly escrowId: number
  readonly from: string
  readonly to: string
  readonly agent: string
  readonly hbd: Asset
  readonly hive: Asset
  readonly fee: Asset
  readonly ratificationDeadline: number
  readonly expiration: number
  readonly toApproved: boolean
  readonly agentApproved: boolean
  readonly disputed: boolean
}

/** How an escrow is stored. */
export const escrowRecord = structField<Escrow>({
  id: u32,
  escrowId: u32,
  from: account,
  to: account,
  agent: account,
  hbd: asset,
  hive: asset,
  fee: asset,
  ratificationDeadline: time,
  expiration: time,
  toApproved: boolean,
  agentApproved: boolean,
  disputed: boolean,
})

export function isApproved({ toApproved, agentApproved }: Escrow): boolean {
  return toApproved && agentApproved
}

/** What the virtual operation `escrow_rejected` says of an escrow: all of it goes back. */
export type Rejection = Pick<Escrow, 'from' | 'to' | 'agent' | 'fee'> & {
  readonly escrow_id: number
  readonly hbd_amount: Asset
  readonly hive_amount: Asset
}

export function rejection({ from, to, agent, escrowId, hbd, hive, fee }: Escrow): Rejection {
  return { from, to, agent, escrow_id: escrowId, hbd_amount: hbd, hive_amount: hive, fee }
}

export function escrowKey(from: string, escrowId: number): string {
  return `${from}/${escrowId}`
}
