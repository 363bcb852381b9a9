import { expect } from 'vitest'
import type { TestDevchain } from '../devchain.ts'
import type { Ends } from './stage.ts'

const names = ['creator', 'encoder', 'arbiter', 'stranger'] as const

/** What the accounts of a market have, in milli-HBD. */
export type Balances = readonly bigint[]

export async function balancesOf({ client }: TestDevchain): Promise<Balances> {
  const found = await client.database.getAccounts([...names])
  return found.map(({ hbd_balance }) => milliOf(String(hbd_balance)))
}

/** What changed, the stranger's left out. Fails where an escrow still holds something or money came or went. */
export async function soundChanges(chain: TestDevchain, before: Balances): Promise<Ends> {
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
