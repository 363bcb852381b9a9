import { expect } from 'vitest'
import type { Ends, StageChain } from './stage.ts'

const names = ['creator', 'encoder', 'arbiter', 'stranger'] as const

/** What the accounts of a market have, in milli-HBD. */
export type Balances = readonly bigint[]

export async function balancesOf(chain: StageChain): Promise<Balances> {
  const found = (await chain.call('condenser_api.get_accounts', [names])) as readonly {
    readonly hbd_balance: string
  }[]
  return found.map(({ hbd_balance }) => milliOf(hbd_balance))
}

/** What changed, the stranger's left out. Fails where an escrow still holds something or money came or went. */
export async function soundChanges(chain: StageChain, before: Balances): Promise<Ends> {
  const { escrows } = (await chain.call('database_api.find_escrows', { from: 'creator' })) as {
    readonly escrows: readonly unknown[]
  }
  expect(escrows).toEqual([])
  const after = await balancesOf(chain)
  const [creator = 0n, encoder = 0n, arbiter = 0n, stranger = 0n] = after.map(
    (amount, index) => amount - (before[index] ?? 0n),
  )
  expect(creator + encoder + arbiter + stranger, 'money is conserved').toBe(0n)
  return [creator, encoder, arbiter]
}

function milliOf(text: string): bigint {
  return BigInt(text.replace(' HBD', '').replace('.', ''))
}
