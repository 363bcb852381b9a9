import { sha256 } from '../../sha256.ts'
import { createByteWriter } from '../hive/byte-writer.ts'
import type { Form } from '../hive/field.ts'
import { HiveError } from '../hive/hive-error.ts'
import { recoverKey } from '../hive/signature.ts'
import type { Transaction } from './transaction.ts'
import { packTransaction } from './transaction.ts'

/** A transaction in one packing, with what follows from its bytes. */
export type SealedTransaction = {
  readonly transaction: Transaction
  /** The packing its signatures are over. Ids differ between packings where an operation holds an asset. */
  readonly form: Form
  readonly id: string
  /** Size of the signed bytes. */
  readonly size: number
  readonly merkleDigest: Buffer
  /** The keys that signed. Throws a HiveError on a bad or doubled signature; costs 4 ms a signature, once. */
  readonly keys: () => ReadonlySet<string>
}

export function sealTransaction(
  transaction: Transaction,
  form: Form,
  chainId: string,
): SealedTransaction {
  const unsigned = pack(transaction, form)
  const signed = appendSignatures(unsigned, transaction.signatures)
  let keys: ReadonlySet<string> | undefined
  return {
    transaction,
    form,
    id: sha256(unsigned).toString('hex', 0, 20),
    size: signed.length,
    merkleDigest: sha256(signed),
    keys: () => {
      keys ??= recoverKeys(transaction, signingDigest(unsigned, chainId))
      return keys
    },
  }
}

function pack(transaction: Transaction, form: Form): Buffer {
  const writer = createByteWriter()
  packTransaction(writer, transaction, form)
  return writer.finish()
}

function appendSignatures(unsigned: Buffer, signatures: readonly string[]): Buffer {
  const writer = createByteWriter()
  writer.bytes(unsigned)
  writer.varint(signatures.length)
  for (const signature of signatures) writer.bytes(Buffer.from(signature, 'hex'))
  return writer.finish()
}

function signingDigest(unsigned: Buffer, chainId: string): Buffer {
  return sha256(Buffer.concat([Buffer.from(chainId, 'hex'), unsigned]))
}

function recoverKeys({ signatures }: Transaction, digest: Buffer): ReadonlySet<string> {
  const keys = new Set(signatures.map((signature) => recoverKey(signature, digest)))
  if (keys.size < signatures.length)
    throw new HiveError('duplicate-signature', 'Duplicate signature detected')
  return keys
}
