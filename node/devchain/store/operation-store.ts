import type { Database } from 'better-sqlite3'
import type { Block } from './block.ts'

/** An operation as stored, with the time of its block and the id of the transaction it stands in, if any. */
export type StoredOperation = {
  readonly block: number
  /** Its place in the block, in the order in which operations ran. */
  readonly position: number
  readonly trxInBlock: number
  readonly opInTrx: number
  readonly virtual: 0 | 1
  /** hived's number for its kind. */
  readonly kind: number
  readonly name: string
  /** Its JSON in legacy form. */
  readonly body: string
  readonly time: number
  readonly transaction: string | null
}

export type AccountOperation = StoredOperation & { readonly sequence: number }

export interface OperationStore {
  append(block: Block): void
  removeAbove(number: number): void
  /** Operations of the blocks `from` up to but not including `to`, in the order in which they ran. */
  inBlocks(from: number, to: number): Iterable<StoredOperation>
  /** An account's operations up to a sequence number and a block, the newest first. */
  ofAccount(account: string, sequence: number, lastBlock: number): Iterable<AccountOperation>
}

const columns = `operations.block, operations.position, trx_in_block as trxInBlock, op_in_trx as opInTrx,
  virtual, kind, name, operations.body, blocks.time, transactions.id as "transaction"`
const joins = `join blocks on blocks.number = operations.block
  left join transactions on transactions.block = operations.block and transactions.position = trx_in_block`

export function createOperationStore(database: Database): OperationStore {
  const insert = database.prepare('insert into operations values (?, ?, ?, ?, ?, ?, ?, ?)')
  const insertForAccount = database.prepare(
    `insert into account_operations
     values (:account, (select coalesce(max(sequence) + 1, 0) from account_operations where account = :account), :block, :position)`,
  )
  const deleteOperations = database.prepare('delete from operations where block > ?')
  const deleteForAccounts = database.prepare('delete from account_operations where block > ?')
  const inBlocks = database.prepare<[number, number], StoredOperation>(
    `select ${columns} from operations ${joins}
     where operations.block >= ? and operations.block < ? order by operations.block, operations.position`,
  )
  const ofAccount = database.prepare<[string, number, number], AccountOperation>(
    `select sequence, ${columns} from account_operations
     join operations using (block, position) ${joins}
     where account = ? and sequence <= ? and operations.block <= ? order by sequence desc`,
  )
  return {
    append: ({ number, operations }) => {
      for (const [position, { operation, trxInBlock, opInTrx }] of operations.entries()) {
        const { isVirtual, id, name } = operation
        const body = JSON.stringify(operation.printBody('legacy'))
        insert.run(number, position, trxInBlock, opInTrx, isVirtual ? 1 : 0, id, name, body)
        for (const account of operation.impacted)
          insertForAccount.run({ account, block: number, position })
      }
    },
    removeAbove: (number) => {
      deleteOperations.run(number)
      deleteForAccounts.run(number)
    },
    inBlocks: (from, to) => inBlocks.iterate(from, to),
    ofAccount: (account, sequence, lastBlock) => ofAccount.iterate(account, sequence, lastBlock),
  }
}
