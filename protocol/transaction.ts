import { z } from 'zod'
import { Signature } from './envelope.ts'

/** A Hive operation in condenser form: its name and its fields. */
export const HiveOperation = z.tuple([z.string().max(64), z.record(z.string(), z.unknown())])
export type HiveOperation = z.infer<typeof HiveOperation>

/** A signed Hive transaction in condenser form, as wallets broadcast it. */
export const SignedTransaction = z.strictObject({
  ref_block_num: z.int().min(0).max(0xffff),
  ref_block_prefix: z.int().min(0).max(0xffffffff),
  expiration: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, 'not a Hive timestamp'),
  operations: z.array(HiveOperation).min(1).max(16),
  extensions: z.tuple([]),
  signatures: z.array(Signature).min(1).max(8),
})
export type SignedTransaction = z.infer<typeof SignedTransaction>

/** What a transaction's id and its signatures are made from. */
export const UnsignedTransaction = SignedTransaction.omit({ signatures: true })
export type UnsignedTransaction = z.infer<typeof UnsignedTransaction>
