import { z } from 'zod'
import type { ByteWriter } from '../hive/byte-writer.ts'
import { formatTime } from '../hive/chain-time.ts'
import type { Form } from '../hive/field.ts'
import { parseField } from '../hive/field.ts'
import { time, u32 } from '../hive/fields.ts'
import { ensure } from '../hive/hive-error.ts'
import { ensureShallow } from '../hive/json-text.ts'
import type { SignedOperation } from '../operations/operation.ts'
import { parseSignedOperation, printOperation } from '../operations/operation-table.ts'

export type Transaction = {
  readonly refBlockNum: number
  readonly refBlockPrefix: number
  readonly expiration: number
  readonly operations: readonly SignedOperation[]
  /** 65 bytes in hex each. */
  readonly signatures: readonly string[]
}

const TransactionJson = z.object({
  ref_block_num: z.int().min(0).max(0xffff),
  ref_block_prefix: u32.schema,
  expiration: time.schema,
  operations: z.array(z.unknown()),
  extensions: z.array(z.unknown()).max(0).default([]),
  signatures: z.array(z.string().regex(/^[0-9a-f]{130}$/i, 'not a signature')).default([]),
})

/** Reads a transaction as wallets send it. Throws a HiveError on what hived can not read either. */
export function parseTransaction(json: unknown): Transaction {
  ensureShallow(JSON.stringify(json) ?? '')
  return readTransaction(json)
}

/** Reads back what {@link printTransaction} wrote. */
export function readTransaction(json: unknown): Transaction {
  const parsed = parseField(TransactionJson, json)
  return {
    refBlockNum: parsed.ref_block_num,
    refBlockPrefix: parsed.ref_block_prefix,
    expiration: parsed.expiration,
    operations: parsed.operations.map(parseSignedOperation),
    signatures: parsed.signatures.map((signature) => signature.toLowerCase()),
  }
}

export type TransactionPrint = {
  readonly ref_block_num: number
  readonly ref_block_prefix: number
  readonly expiration: string
  readonly operations: readonly unknown[]
  readonly extensions: readonly never[]
  readonly signatures: readonly string[]
}

export function printTransaction(transaction: Transaction, form: Form): TransactionPrint {
  return {
    ref_block_num: transaction.refBlockNum,
    ref_block_prefix: transaction.refBlockPrefix,
    expiration: formatTime(transaction.expiration),
    operations: transaction.operations.map((operation) => printOperation(operation, form)),
    extensions: [],
    signatures: transaction.signatures,
  }
}

/** The bytes that are hashed and signed. */
export function packTransaction(writer: ByteWriter, transaction: Transaction, form: Form): void {
  writer.u16(transaction.refBlockNum)
  writer.u32(transaction.refBlockPrefix)
  writer.u32(transaction.expiration)
  writer.varint(transaction.operations.length)
  for (const operation of transaction.operations) operation.pack(writer, form)
  writer.varint(0)
}

/** The rules that need no chain. */
export function validateTransaction({ operations }: Transaction): void {
  ensure(operations.length > 0, 'A transaction must have at least one operation', {
    subject: operations.length,
  })
  for (const operation of operations) operation.validate()
}
