import { genesisBlockId } from '../hive/block-header.ts'
import { formatTime } from '../hive/chain-time.ts'
import { blockProducer } from '../hive/limits.ts'
import { devchainPublicKey } from '../keys.ts'
import type { BlockStore, StoredBlock, StoredTransaction } from '../store/block-store.ts'
import { printTransaction, readTransaction } from '../transactions/transaction.ts'
import type { Printed } from './printed.ts'

type Blocks = Pick<BlockStore, 'id' | 'block' | 'transactions'>

const signingKey = devchainPublicKey(blockProducer, 'active')

export function printHeader(blocks: Blocks, number: number): Printed | null {
  const block = blocks.block(number)
  return block === undefined ? null : headerOf(blocks, block)
}

/** A block as `condenser_api` shows it: transactions carry where they stand. */
export function printLegacyBlock(blocks: Blocks, number: number): Printed | null {
  return printBlock(blocks, number, printLegacyTransaction)
}

/** A block as `block_api` shows it. */
export function printNewerBlock(blocks: Blocks, number: number): Printed | null {
  return printBlock(blocks, number, ({ body }) =>
    printTransaction(readTransaction(JSON.parse(body)), 'hf26'),
  )
}

export function printLegacyTransaction({ body, ...place }: StoredTransaction): Printed {
  return { ...JSON.parse(body), ...placeOf(place) }
}

/** A transaction as `account_history_api` shows it. */
export function printNewerTransaction({ body, ...place }: StoredTransaction): Printed {
  return { ...printTransaction(readTransaction(JSON.parse(body)), 'hf26'), ...placeOf(place) }
}

function placeOf({ id, block, position }: Omit<StoredTransaction, 'body'>) {
  return { transaction_id: id, block_num: block, transaction_num: position }
}

function printBlock(
  blocks: Blocks,
  number: number,
  print: (transaction: StoredTransaction) => unknown,
) {
  const block = blocks.block(number)
  if (block === undefined) return null
  const transactions = blocks.transactions(number)
  return {
    ...headerOf(blocks, block),
    witness_signature: block.signature,
    transactions: transactions.map(print),
    block_id: block.id,
    signing_key: signingKey,
    transaction_ids: transactions.map(({ id }) => id),
  }
}

function headerOf(blocks: Blocks, { number, time, witness, merkleRoot }: StoredBlock) {
  return {
    previous: blocks.id(number - 1) ?? genesisBlockId,
    timestamp: formatTime(time),
    witness,
    transaction_merkle_root: merkleRoot,
    extensions: [],
  }
}
