import { devchainChainId } from '../chain-id.ts'
import type { Form } from '../hive/field.ts'
import { ensure, HiveError } from '../hive/hive-error.ts'
import { limits } from '../hive/limits.ts'
import type { SealedTransaction } from '../transactions/sealed-transaction.ts'
import { sealTransaction } from '../transactions/sealed-transaction.ts'
import type { Transaction } from '../transactions/transaction.ts'
import { parseTransaction } from '../transactions/transaction.ts'
import type { Pool } from './pool.ts'

const sizeLimit = limits.maximumBlockSize - limits.blockHeadroom

/**
 * Takes a transaction that a client sent into the pool and returns its id, or throws a HiveError. As in hived the newer
 * packing is tried first and the one that wallets sign second, when only the authority was missing.
 */
export function admitTransaction(json: unknown, pool: Pool): string {
  const transaction = parseTransaction(json)
  const newer = seal(transaction, 'hf26')
  try {
    return admit(newer, pool)
  } catch (error) {
    const legacy = seal(transaction, 'legacy')
    if (!isMissingAuthority(error) || legacy.id === newer.id) throw error
    return admit(legacy, pool)
  }
}

function admit(sealed: SealedTransaction, pool: Pool): string {
  ensure(
    sealed.size <= sizeLimit,
    'Transaction too large - size = {trx_size}, limit {trx_size_limit}',
    { trx_size: sealed.size, trx_size_limit: sizeLimit },
  )
  pool.add(sealed)
  return sealed.id
}

function seal(transaction: Transaction, form: Form): SealedTransaction {
  return sealTransaction(transaction, form, devchainChainId)
}

function isMissingAuthority(error: unknown): boolean {
  return error instanceof HiveError && error.exception.startsWith('missing-')
}
