import { ensure } from '../hive/hive-error.ts'
import type { AccountOperation } from '../store/operation-store.ts'
import type { History, Reach } from './history.ts'

const largestLimit = 1_000
const mostScanned = 2_000
const halfWidth = 64n

/** A bit for each kind of operation: 0 to 63 in the lower half, the others in the upper. */
export type KindFilter = { readonly low: bigint; readonly high: bigint }

export type AccountHistoryRequest = {
  readonly account: string
  readonly start: bigint
  readonly limit: number
  /** Undefined for all kinds. */
  readonly filter: KindFilter | undefined
  readonly reach: Reach
}

/** The newest `limit` operations of an account up to `start`, the oldest first. A filtered search ends after 2,000. */
export function readAccountHistory(
  { account, start, limit, filter, reach }: AccountHistoryRequest,
  history: History,
): readonly AccountOperation[] {
  ensure(limit <= largestLimit, 'limit of {l} is greater than maxmimum allowed', { l: limit })
  ensure(
    start >= BigInt(limit) - 1n,
    'start must be greater than or equal to limit-1 (start is 0-based index)',
  )
  const found: AccountOperation[] = []
  let scanned = 0
  for (const operation of history.accountOperations(account, start, reach)) {
    if (found.length === limit) break
    if (filter !== undefined && scanned === mostScanned)
      return giveUp(found, scanned, operation.sequence)
    scanned += 1
    if (filter === undefined || isWanted(operation, filter)) found.push(operation)
  }
  return found.reverse()
}

function giveUp(
  found: AccountOperation[],
  total: number,
  sequence: number,
): readonly AccountOperation[] {
  ensure(
    found.length > 0,
    'Could not find filtered operation in {total_processed_items} operations, to continue searching, set start={sequence}.',
    { total_processed_items: total, sequence },
  )
  return found.reverse()
}

function isWanted({ kind }: AccountOperation, { low, high }: KindFilter): boolean {
  return (((high << halfWidth) | low) & (1n << BigInt(kind))) !== 0n
}
