import type { IWaxBaseInterface } from '@hiveio/wax'
import { createWaxFoundation } from '@hiveio/wax'
import { vi } from 'vitest'
import { devchainChainId } from '#node/devchain/chain-id.ts'

/** wax is hived's own code, compiled. It never frees what it throws, so an instance is good for so many calls only. */
const callsPerInstance = 100

/** Results in a wax that still has memory, and that keeps its parser's remarks to itself. */
export function createHivedOracle(): () => Promise<IWaxBaseInterface> {
  vi.spyOn(console, 'error').mockReturnValue()
  let calls = 0
  let wax: IWaxBaseInterface | undefined
  return async () => {
    if (calls % callsPerInstance === 0) wax = undefined
    calls += 1
    wax ??= await createWaxFoundation({ chainId: devchainChainId })
    return wax
  }
}

/** Whether hived's own rules that need no chain pass a transaction in legacy JSON. */
export function isValidForHived(wax: IWaxBaseInterface, transaction: object): boolean {
  try {
    wax.createTransactionFromLegacyJson(transaction as never).validate()
    return true
  } catch {
    return false
  }
}
