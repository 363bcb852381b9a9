import { formatTime } from '../hive/chain-time.ts'
import { ensure } from '../hive/hive-error.ts'
import type { StoredOperation } from '../store/operation-store.ts'
import type { History, Reach } from './history.ts'
import { printU64 } from './params.ts'
import { printStoredOperation } from './print-operation.ts'
import type { Printed } from './printed.ts'

/** Virtual operations follow the fifty that can be signed; a filter has one bit for each. */
const firstVirtualKind = 50
const longestRange = 2_000
const largestLimit = 150_000

export type PageRequest = {
  readonly from: number
  readonly to: number
  /** Operation id to begin with, from the page before. */
  readonly begin: bigint
  readonly limit: number
  readonly filter: bigint | undefined
  readonly grouping: 'by block' | 'none'
  readonly reach: Reach
}

/** `account_history_api.enum_virtual_ops`: one page, and where the next one begins (0, 0 if the chain has none). */
export function enumVirtualOperations(
  request: PageRequest,
  history: History,
  isIrreversible: (block: number) => boolean,
): Printed {
  ensureRange(request)
  const { page, next } = collect(request, history)
  return {
    ...(request.grouping === 'none'
      ? { ops: page.map(printPaged), ops_by_block: [] }
      : { ops: [], ops_by_block: groupByBlock(page, isIrreversible) }),
    next_block_range_begin: next?.block ?? nextVirtualBlock(request, history),
    next_operation_begin: next === undefined ? 0 : printU64(operationId(next)),
  }
}

function ensureRange({ from, to, limit }: PageRequest): void {
  ensure(limit > 0, 'limit of {l} is lesser or equal 0', { l: limit })
  ensure(limit <= largestLimit, 'limit of {l} is greater than maxmimum allowed', { l: limit })
  ensure(to > from, 'Block range must be upward')
  ensure(to - from <= longestRange, 'Block range distance must be less than or equal to {lim}', {
    lim: longestRange,
  })
}

function collect(
  { from, to, begin, limit, filter, reach }: PageRequest,
  history: History,
): { readonly page: readonly StoredOperation[]; readonly next: StoredOperation | undefined } {
  const page: StoredOperation[] = []
  for (const operation of history.operations(from, to, reach)) {
    if (operation.virtual === 0 || operationId(operation) < begin) continue
    if (page.length === limit) return { page, next: operation }
    if (filter === undefined || (filter & filterBit(operation)) !== 0n) page.push(operation)
  }
  return { page, next: undefined }
}

/** The block in which a range that is exhausted goes on. */
function nextVirtualBlock({ to, reach }: PageRequest, history: History): number {
  const [next] = Iterator.from(history.operations(to, Number.MAX_SAFE_INTEGER, reach))
    .filter(({ virtual }) => virtual === 1)
    .take(1)
  return next?.block ?? 0
}

function groupByBlock(
  page: readonly StoredOperation[],
  isIrreversible: (block: number) => boolean,
) {
  return [...Map.groupBy(page, ({ block }) => block)].map(([block, operations]) => ({
    block,
    irreversible: isIrreversible(block),
    timestamp: formatTime(operations[0]?.time ?? 0),
    ops: operations.map(printPaged),
  }))
}

function printPaged(operation: StoredOperation) {
  return {
    ...printStoredOperation(operation, 'hf26'),
    operation_id: printU64(operationId(operation)),
  }
}

/** hived's id of an operation: its block in the upper half, its place in the block in the lower. */
function operationId({ block, position }: StoredOperation): bigint {
  return (BigInt(block) << 32n) | BigInt(position)
}

function filterBit({ kind }: StoredOperation): bigint {
  return 1n << BigInt(kind - firstVirtualKind)
}
