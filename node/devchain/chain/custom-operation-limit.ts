import { ensure } from '../hive/hive-error.ts'
import { limits } from '../hive/limits.ts'
import type { Transaction } from '../transactions/transaction.ts'

/**
 * A node takes five custom_json an account between two blocks, counting every account that signs one. This is a rule of
 * its pool, not of the chain. Returns the counts with this transaction, or throws a HiveError.
 */
export function countCustomOperations(
  { operations }: Transaction,
  counted: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const counts = new Map(counted)
  for (const operation of operations) {
    if (operation.name !== 'custom_json') continue
    for (const account of operation.impacted) {
      const count = (counts.get(account) ?? 0) + 1
      ensure(
        count <= limits.customOperationsPerBlock,
        'Account {a} already submitted {n} custom json operation(s) this block.',
        { a: account, n: limits.customOperationsPerBlock },
      )
      counts.set(account, count)
    }
  }
  return counts
}
