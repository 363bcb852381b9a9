import type { Asset } from '../hive/asset.ts'
import { nullAccount } from '../hive/limits.ts'
import type { RecordedOperation } from '../operations/operation.ts'
import {
  clearNullAccountBalance,
  escrowRejected,
  producerReward,
} from '../operations/virtual-operations.ts'
import type { Escrow } from '../state/escrow.ts'
import { isApproved, rejection } from '../state/escrow.ts'
import { createLedger } from '../state/ledger.ts'
import type { State } from '../state/state.ts'

/**
 * What hived does after a block's transactions, with the block's own time as "now": burn what `null` was sent, reward
 * the producer, refund escrows that nobody ratified in time. Results in the virtual operations, in that order.
 */
export function endBlock(
  state: State,
  { now, witness }: { readonly now: number; readonly witness: string },
): readonly RecordedOperation[] {
  const reward = { producer: witness, vesting_shares: { amount: 0n, symbol: 'VESTS' } } as const
  return [...burn(state), producerReward.record(reward), ...sweepRatifications(state, now)]
}

/** The only money that ever goes. */
function burn(state: State): readonly RecordedOperation[] {
  const ledger = createLedger(state)
  const { hive, hbd } = ledger.account(nullAccount)
  const cleared: readonly Asset[] = [hive, hbd].filter(({ amount }) => amount > 0n)
  if (cleared.length === 0) return []
  for (const amount of cleared) ledger.debit(nullAccount, amount)
  return [clearNullAccountBalance.record({ total_cleared: cleared })]
}

/** An approval in the very block whose time is the deadline still counts: transactions ran before this. */
function sweepRatifications(state: State, now: number): readonly RecordedOperation[] {
  const ledger = createLedger(state)
  const lapsed: Escrow[] = []
  for (const [, escrow] of state.escrows.entries()) {
    if (!isApproved(escrow) && escrow.ratificationDeadline <= now) lapsed.push(escrow)
  }
  lapsed.sort((a, b) => a.ratificationDeadline - b.ratificationDeadline || a.id - b.id)
  for (const escrow of lapsed) ledger.refundEscrow(escrow)
  return lapsed.map((escrow) => escrowRejected.record(rejection(escrow)))
}
