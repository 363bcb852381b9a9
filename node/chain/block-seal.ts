import { blockId } from '../devchain/hive/block-header.ts'
import { merkleRoot } from '../devchain/hive/merkle.ts'
import { sealTransaction } from '../devchain/transactions/sealed-transaction.ts'
import type { Transaction } from '../devchain/transactions/transaction.ts'
import { readTransaction } from '../devchain/transactions/transaction.ts'
import type { ApiBlock } from './chain-schemas.ts'
import { foreignDigest } from './foreign-transaction.ts'

/**
 * What a block's id proves of the block: an id is the hash of the signed header, and the header has the root over all signed
 * transactions, so whoever serves other contents under a true id is found out without asking anybody.
 *
 * - `whole`: everything is as the id says.
 * - `partial`: nothing contradicts the id, but there is something that this program cannot pack, and so not prove.
 * - `broken`: something contradicts the id.
 */
export type Seal = 'whole' | 'partial' | 'broken'

/** Only signatures are over the chain's id; neither digests nor transaction ids are. */
const noChainId = ''

export function sealOf(block: ApiBlock): Seal {
  // Witnesses vote on hard forks by extensions now and then, which are not packed here.
  if (!isIdOfHeader(block)) return block.extensions.length > 0 ? 'partial' : 'broken'
  const digests: Buffer[] = []
  for (const [index, transaction] of block.transactions.entries()) {
    const id = block.transaction_ids[index]
    const read = readKnown(transaction)
    const digest = read ? knownDigest(read, id) : foreignDigest(transaction, id)
    if (digest === null) return read ? 'broken' : 'partial'
    digests.push(digest)
  }
  return merkleRoot(digests) === block.transaction_merkle_root ? 'whole' : 'broken'
}

function isIdOfHeader(block: ApiBlock): boolean {
  const { previous, timestamp: time, witness, transaction_merkle_root, witness_signature } = block
  const header = { previous, time, witness, merkleRoot: transaction_merkle_root }
  return blockId({ ...header, signature: witness_signature }) === block.block_id
}

/** A transaction with nothing but operations that the market knows; null for any other. */
function readKnown(transaction: unknown): Transaction | null {
  try {
    return readTransaction(transaction)
  } catch {
    return null
  }
}

/** What stands for a transaction in the block's tree; null where its id is not the one that was served for it. */
function knownDigest(transaction: Transaction, id: string | undefined): Buffer | null {
  for (const form of ['hf26', 'legacy'] as const) {
    const sealed = sealTransaction(transaction, form, noChainId)
    if (sealed.id === id) return sealed.merkleDigest
  }
  return null
}
