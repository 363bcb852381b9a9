import type { Asset } from '../hive/asset.ts'
import { hbd, hive } from '../hive/asset.ts'
import { ensure } from '../hive/hive-error.ts'
import { adjustBalance, findAccount } from './account-changes.ts'
import type { Escrow } from './escrow.ts'
import { escrowKey } from './escrow.ts'
import type { State } from './state.ts'
import { takeNumber } from './state.ts'

export type NewEscrow = Omit<Escrow, 'id' | 'toApproved' | 'agentApproved' | 'disputed'>
export type Parties = Pick<Escrow, 'to' | 'agent'>

export function findEscrow({ escrows }: State, from: string, escrowId: number): Escrow {
  const found = escrows.get(escrowKey(from, escrowId))
  ensure(
    found !== undefined,
    "Escrow balance with 'name' {name} 'escrow_id' {escrow_id} doesn't exist.",
    { name: from, escrow_id: escrowId },
  )
  return found
}

export function insertEscrow(state: State, escrow: NewEscrow): void {
  const key = escrowKey(escrow.from, escrow.escrowId)
  ensure(
    state.escrows.get(key) === undefined,
    'could not insert object, most likely a uniqueness constraint was violated',
  )
  const fresh = { toApproved: false, agentApproved: false, disputed: false }
  state.escrows.set(key, { ...escrow, ...fresh, id: takeNumber(state, 'nextEscrow') })
  countEscrows(state, escrow.from, 1)
}

export function saveEscrow(state: State, escrow: Escrow): void {
  state.escrows.set(escrowKey(escrow.from, escrow.escrowId), escrow)
}

export function ensureSameParties({ to, agent }: Escrow, named: Parties): void {
  ensure(to === named.to, "Operation 'to' ({o}) does not match escrow 'to' ({e}).", {
    o: named.to,
    e: to,
  })
  ensure(agent === named.agent, "Operation 'agent' ({a}) does not match escrow 'agent' ({e}).", {
    a: named.agent,
    e: agent,
  })
}

export function payFromEscrow(
  state: State,
  escrow: Escrow,
  paid: { readonly hbd: Asset; readonly hive: Asset },
): void {
  const left = {
    hbd: hbd(escrow.hbd.amount - paid.hbd.amount),
    hive: hive(escrow.hive.amount - paid.hive.amount),
  }
  if (left.hbd.amount === 0n && left.hive.amount === 0n) removeEscrow(state, escrow)
  else saveEscrow(state, { ...escrow, ...left })
}

export function refundEscrow(state: State, escrow: Escrow): void {
  for (const amount of [escrow.hive, escrow.hbd, escrow.fee])
    adjustBalance(state, escrow.from, amount)
  removeEscrow(state, escrow)
}

function removeEscrow(state: State, { from, escrowId }: Escrow): void {
  state.escrows.delete(escrowKey(from, escrowId))
  countEscrows(state, from, -1)
}

function countEscrows(state: State, name: string, change: number): void {
  const before = findAccount(state, name)
  state.accounts.set(name, { ...before, openEscrows: before.openEscrows + change })
}
