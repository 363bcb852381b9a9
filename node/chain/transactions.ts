import type { PrivateKey, Transaction } from '@hiveio/dhive'
import { cryptoUtils, Signature as HiveSignature } from '@hiveio/dhive'
import type { BlockContext } from '#contracts/block-context.ts'
import { ChainTime, formatChainTime, TransactionId } from '#protocol/ids.ts'
import type { HiveOperation, UnsignedTransaction } from '#protocol/transaction.ts'
import { SignedTransaction } from '#protocol/transaction.ts'

/**
 * A transaction that refers to an irreversible block, so that no fork can make it invalid (TaPoS),
 * and that can be in a block for `ttlSeconds` from that block's time.
 */
export function buildTransaction(
  head: BlockContext,
  operations: readonly HiveOperation[],
  ttlSeconds: number,
): UnsignedTransaction {
  const id = Buffer.from(head.id, 'hex')
  return {
    ref_block_num: head.height & 0xffff,
    ref_block_prefix: id.readUInt32LE(4),
    expiration: formatChainTime(ChainTime.parse(head.time + ttlSeconds)),
    operations: [...operations],
    extensions: [],
  }
}

export function signTransaction(
  transaction: UnsignedTransaction,
  keys: readonly PrivateKey[],
  chainId: string,
): SignedTransaction {
  const signed = cryptoUtils.signTransaction(
    forDhive(transaction),
    [...keys],
    Buffer.from(chainId, 'hex'),
  )
  return SignedTransaction.parse(signed)
}

/** The id does not depend on the signatures: the same transaction signed twice is the same transaction. */
export function transactionId(transaction: UnsignedTransaction): TransactionId {
  return TransactionId.parse(cryptoUtils.generateTrxId(forDhive(transaction)))
}

/** Public keys, in the form `STM…`, that signed a transaction. Throws on a signature from which none can be recovered. */
export function transactionSigners(
  { signatures, ...transaction }: SignedTransaction,
  chainId: string,
): readonly string[] {
  const digest = cryptoUtils.transactionDigest(forDhive(transaction), Buffer.from(chainId, 'hex'))
  return signatures.map((signature) =>
    HiveSignature.fromString(signature).recover(digest).toString(),
  )
}

/** dhive types operations by name, and we carry some that it may not know: it finds out while serialising. */
function forDhive(transaction: UnsignedTransaction): Transaction {
  const { ref_block_num, ref_block_prefix, expiration, operations } = transaction
  return {
    ref_block_num,
    ref_block_prefix,
    expiration,
    operations: operations as unknown as Transaction['operations'],
    extensions: [],
  }
}
