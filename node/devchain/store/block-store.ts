import type { Database } from 'better-sqlite3'
import type { Form } from '../hive/field.ts'
import { printTransaction } from '../transactions/transaction.ts'
import type { Block } from './block.ts'
import type { Head } from './head.ts'

/** A block's header as stored. Its `previous` is the id of the block before. */
export type StoredBlock = {
  readonly number: number
  readonly id: string
  readonly time: number
  readonly witness: string
  readonly merkleRoot: string
  readonly signature: string
}

/** A transaction as stored: `body` is its JSON in legacy form, whatever packing was signed. */
export type StoredTransaction = {
  readonly id: string
  readonly block: number
  readonly position: number
  readonly expiration: number
  readonly form: Form
  readonly body: string
}

export interface BlockStore {
  append(block: Block): void
  removeAbove(number: number): void
  newest(): Head | undefined
  id(number: number): string | undefined
  block(number: number): StoredBlock | undefined
  transactions(number: number): readonly StoredTransaction[]
  transaction(id: string): StoredTransaction | undefined
}

const transactionColumns = 'id, block, position, expiration, form, body'

export function createBlockStore(database: Database): BlockStore {
  const insertBlock = database.prepare('insert into blocks values (?, ?, ?, ?, ?, ?)')
  const insertTransaction = database.prepare('insert into transactions values (?, ?, ?, ?, ?, ?)')
  const deleteBlocks = database.prepare('delete from blocks where number > ?')
  const deleteTransactions = database.prepare('delete from transactions where block > ?')
  const newest = database.prepare<[], Head>(
    'select number, id, time from blocks order by number desc limit 1',
  )
  const block = database.prepare<[number], StoredBlock>(
    'select number, id, time, witness, merkle_root as merkleRoot, signature from blocks where number = ?',
  )
  const id = database.prepare<[number], { id: string }>('select id from blocks where number = ?')
  const transactions = database.prepare<[number], StoredTransaction>(
    `select ${transactionColumns} from transactions where block = ? order by position`,
  )
  const transaction = database.prepare<[string], StoredTransaction>(
    `select ${transactionColumns} from transactions where id = ?`,
  )
  return {
    append: ({ number, id: blockId, header, transactions: sealed }) => {
      const { time, witness, merkleRoot, signature } = header
      insertBlock.run(number, blockId, time, witness, merkleRoot, signature)
      for (const [position, { id: transactionId, transaction: signed, form }] of sealed.entries()) {
        const body = JSON.stringify(printTransaction(signed, 'legacy'))
        insertTransaction.run(transactionId, number, position, signed.expiration, form, body)
      }
    },
    removeAbove: (number) => {
      deleteBlocks.run(number)
      deleteTransactions.run(number)
    },
    newest: () => newest.get(),
    id: (number) => id.get(number)?.id,
    block: (number) => block.get(number),
    transactions: (number) => transactions.all(number),
    transaction: (transactionId) => transaction.get(transactionId),
  }
}
