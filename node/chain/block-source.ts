import { MarketError } from '#market/errors.ts'
import type { TransactionId } from '#protocol/ids.ts'
import { BlockHeight } from '#protocol/ids.ts'
import type { LedgerAction, LedgerBlock, LedgerOperation } from '#protocol/ledger-block.ts'
import type { Seal } from './block-seal.ts'
import { sealOf } from './block-seal.ts'
import type { ApiBlock, VirtualOperation } from './chain-schemas.ts'
import {
  ApiOperation,
  BlockRange,
  DynamicGlobalProperties,
  VirtualOperations,
} from './chain-schemas.ts'
import type { HiveEndpoint } from './hive-endpoint.ts'
import { isReadByContracts, ledgerAction } from './ledger-actions.ts'

/** Irreversible blocks of the chain, each with every transaction id in it. */
export type SourcedBlock = {
  readonly block: LedgerBlock
  /** All of the block's, not only the market's: what this node waits for is found by id. */
  readonly transactions: readonly string[]
  /** What the block's id proves of the rest. Costs a hash for each transaction, so it is asked only where it matters. */
  readonly seal: () => Seal
}

/** What one endpoint says of the chain. */
export interface BlockSource {
  readonly url: string
  lastIrreversible(signal: AbortSignal): Promise<BlockHeight>
  /** Blocks `first` to `last`, at most {@link rangeLimit}. Rejects with `chain-inconsistent` when an answer does not hold together. */
  range(
    first: BlockHeight,
    last: BlockHeight,
    signal: AbortSignal,
  ): Promise<readonly SourcedBlock[]>
}

/** Blocks asked for at a time; hived allows a thousand, and a hundred full ones are megabytes already. */
export const rangeLimit = 100

/** escrow_approved | escrow_rejected in the filter of enum_virtual_ops. */
const escrowFilter = 0x80_0000_0000 + 0x100_0000_0000
const virtualLimit = 150_000

/** The sources of endpoints that are asked the same. A block that they have from one reading of one text is read once here, too. */
export function createBlockSources(
  endpoints: readonly HiveEndpoint[],
  { operationId }: { readonly operationId: string },
): readonly BlockSource[] {
  const reader = createBlockReader(operationId)
  return endpoints.map((endpoint) => createBlockSource(endpoint, reader))
}

function createBlockSource(endpoint: HiveEndpoint, read: BlockReader): BlockSource {
  return {
    url: endpoint.url,
    lastIrreversible: async (signal) => {
      const properties = await endpoint.call(
        'database_api.get_dynamic_global_properties',
        {},
        DynamicGlobalProperties,
        signal,
      )
      return properties.last_irreversible_block_num
    },
    range: async (first, last, signal) => {
      const count = Math.min(last - first + 1, rangeLimit)
      const { blocks } = await endpoint.call(
        'block_api.get_block_range',
        { starting_block_num: first, count },
        BlockRange,
        signal,
      )
      if (blocks.length !== count)
        throw inconsistent(`asked for ${count} blocks and got ${blocks.length}`)
      const virtual = await virtualOperations(endpoint, first, first + count, signal)
      return blocks.map((block, index) => read(block, first + index, virtual))
    },
  }
}

async function virtualOperations(
  endpoint: HiveEndpoint,
  begin: number,
  end: number,
  signal: AbortSignal,
): Promise<readonly VirtualOperation[]> {
  const found: VirtualOperation[] = []
  let from = begin
  let operation: number | string = 0
  do {
    const page: ReturnType<typeof VirtualOperations.parse> = await endpoint.call(
      'account_history_api.enum_virtual_ops',
      {
        block_range_begin: from,
        block_range_end: end,
        operation_begin: operation,
        filter: escrowFilter,
        include_reversible: false,
        group_by_block: false,
        limit: virtualLimit,
      },
      VirtualOperations,
      signal,
    )
    found.push(...page.ops)
    from = page.next_block_range_begin
    operation = page.next_operation_begin
    if (from < end && typeof operation === 'number' && !Number.isSafeInteger(operation))
      throw inconsistent('a page of virtual operations ends at a number that was rounded')
  } while (from !== 0 && from < end && operation !== 0 && operation !== '0')
  return found
}

type BlockReader = (
  api: ApiBlock,
  expected: number,
  virtual: readonly VirtualOperation[],
) => SourcedBlock

/** Reads blocks, and gives the same for the same one; those with virtual operations are made anew, because these come apart from them. */
function createBlockReader(operationId: string): BlockReader {
  const known = new WeakMap<ApiBlock, { readonly expected: number; readonly read: SourcedBlock }>()
  return (api, expected, virtual) => {
    const own = virtual.filter(({ block }) => block === expected)
    const before = own.length === 0 ? known.get(api) : undefined
    if (before?.expected === expected) return before.read
    const read = toLedgerBlock(api, expected, own, operationId)
    if (own.length === 0) known.set(api, { expected, read })
    return read
  }
}

/** Real operations stand as hived applied them, virtual ones behind: contracts derive those, and only look whether they were served. */
function toLedgerBlock(
  api: ApiBlock,
  expected: number,
  virtual: readonly VirtualOperation[],
  operationId: string,
): SourcedBlock {
  const height = BlockHeight.parse(Number.parseInt(api.block_id.slice(0, 8), 16))
  if (height !== expected) throw inconsistent(`asked for block ${expected} and got block ${height}`)
  const found = [...realOperations(api, operationId), ...virtualOf(virtual, operationId)]
  const operations = found.map((operation, position) => ({ ...operation, position }))
  const { block_id: id, previous, timestamp: time } = api
  return {
    block: { height, id, previous, time, operations },
    transactions: api.transaction_ids,
    seal: () => sealOf(api),
  }
}

type Unplaced = Omit<LedgerOperation, 'position'>

function realOperations(api: ApiBlock, operationId: string): readonly Unplaced[] {
  const { transactions, transaction_ids: ids } = api
  if (transactions.length !== ids.length)
    throw inconsistent('a block has not as many transaction ids as transactions')
  const found: Unplaced[] = []
  for (const [index, id] of ids.entries())
    for (const operation of readOperations(transactions[index], operationId))
      found.push(...unplaced(id, ledgerAction(operation, operationId)))
  return found
}

/** The operations of a transaction that contracts read. By hand: of a hundred operations not one is theirs. */
function readOperations(transaction: unknown, operationId: string): readonly ApiOperation[] {
  const operations = memberOf(transaction, 'operations')
  if (!Array.isArray(operations)) throw inconsistent('a transaction has no operations')
  return operations.flatMap((operation: unknown) => {
    const type = memberOf(operation, 'type')
    if (typeof type !== 'string') throw inconsistent('an operation has no type')
    const isRead = isReadByContracts(type, memberOf(operation, 'value'), operationId)
    return isRead ? [ApiOperation.parse(operation)] : []
  })
}

function memberOf(value: unknown, name: 'operations' | 'type' | 'value'): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Partial<Record<typeof name, unknown>>)[name]
}

function virtualOf(virtual: readonly VirtualOperation[], operationId: string): readonly Unplaced[] {
  return virtual.flatMap(({ trx_id: transaction, op }) =>
    unplaced(transaction, ledgerAction(op, operationId)),
  )
}

function unplaced(transaction: TransactionId, action: LedgerAction | null): readonly Unplaced[] {
  return action ? [{ transaction, action }] : []
}

function inconsistent(detail: string): MarketError {
  return new MarketError(
    'chain-inconsistent',
    `A Hive endpoint gave an answer that cannot be true: ${detail}.`,
  )
}
