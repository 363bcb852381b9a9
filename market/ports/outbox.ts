import type { ChainTime, HiveAccount, TransactionId } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { HiveOperation, SignedTransaction } from '#protocol/transaction.ts'

/**
 * A transaction this node means to have in a block.
 *
 *   unsigned -> signed      every signature it needs is there; whoever gives them may take long, or refuse
 *            -> expired
 *   signed   -> confirmed   seen in an irreversible block
 *            -> expired     every block it could have been in is irreversible, and it is in none: it never will be
 *
 * An error from an RPC node decides nothing: the answer may be lost or a lie, and the transaction in a block all the same.
 */
export type OutboxEntry = {
  readonly key: string
  /** Its signatures are empty while it is unsigned; the id does not depend on them. */
  readonly transaction: SignedTransaction
  readonly id: TransactionId
  readonly expires: ChainTime
  readonly phase: 'unsigned' | 'signed' | 'confirmed' | 'expired'
  /** Block that has it, once confirmed. */
  readonly block: number | null
  /** Why the chain refuses it, as the RPC nodes say; null while one of them has taken it, or none has looked at it. */
  readonly complaint: string | null
}

export type OutboxRequest = {
  /** Names the intention: there are never two transactions of the same key. */
  readonly key: string
  readonly operations: readonly HiveOperation[]
  readonly account: HiveAccount
  readonly roles: readonly SigningRole[]
}

export interface Outbox {
  /**
   * Keeps a transaction, to be signed and broadcast after the surrounding atomic step is stored; returns the entry
   * that the key already has, if it has one.
   */
  submit(request: OutboxRequest): OutboxEntry
  find(key: string): OutboxEntry | null
}
