import { accountSet } from '../hive/account-name.ts'
import type { RequiredAuthorities } from '../hive/authority.ts'
import { formatTime } from '../hive/chain-time.ts'
import { HiveError } from '../hive/hive-error.ts'
import { limits } from '../hive/limits.ts'
import type { RecordedOperation, SignedOperation } from '../operations/operation.ts'
import { createLedger } from '../state/ledger.ts'
import type { State } from '../state/state.ts'
import type { Head } from '../store/head.ts'
import type { SealedTransaction } from '../transactions/sealed-transaction.ts'
import type { Transaction } from '../transactions/transaction.ts'
import { validateTransaction } from '../transactions/transaction.ts'
import { verifyAuthority } from './authority-check.ts'

/** What a transaction is checked against, besides the state. */
export type Surroundings = {
  readonly head: Head
  /** The prefix a transaction must carry that refers to the newest block whose number ends in these 16 bits. */
  readonly taposPrefix: (refBlockNum: number) => number
}

/**
 * Checks a transaction and runs it, as hived's `_apply_transaction` does but for duplicates. Throws a HiveError and leaves
 * the state half changed: give it a copy. Results in the operations, each followed by its consequences; an operation's
 * index is its `op_in_trx`.
 */
export function applyTransaction(
  { transaction, keys }: SealedTransaction,
  state: State,
  { head, taposPrefix }: Surroundings,
): readonly RecordedOperation[] {
  if (head.number > 0) {
    ensureLifetime(transaction, head.time)
    ensureTapos(transaction, taposPrefix)
  }
  validateTransaction(transaction)
  verifyAuthority(requiredBy(transaction), keys(), state.accounts)
  return runOperations(transaction.operations, state, head.time)
}

export function requiredBy({ operations }: Transaction): RequiredAuthorities {
  const of = (role: keyof RequiredAuthorities): readonly string[] =>
    accountSet(operations.flatMap((operation) => operation.required[role]))
  return { owner: of('owner'), active: of('active'), posting: of('posting') }
}

function runOperations(
  operations: readonly SignedOperation[],
  state: State,
  now: number,
): readonly RecordedOperation[] {
  const recorded: RecordedOperation[] = []
  const ledger = createLedger(state)
  const emit = (consequence: RecordedOperation): void => {
    recorded.push(consequence)
  }
  for (const operation of operations) {
    recorded.push(operation)
    operation.apply({ ledger, now, emit })
  }
  return recorded
}

function ensureLifetime({ expiration }: Transaction, now: number): void {
  const printed = { 'trx.expiration': formatTime(expiration), now: formatTime(now) }
  const latest = now + limits.transactionLifetime
  if (expiration > latest)
    throw new HiveError(
      'expiration',
      '',
      { ...printed, max_til_exp: limits.transactionLifetime },
      'trx.expiration <= now + HIVE_MAX_TIME_UNTIL_SIGNATURE_EXPIRATION',
    )
  if (now >= expiration) throw new HiveError('expiration', '', printed, 'now < trx.expiration')
}

function ensureTapos(
  { refBlockNum, refBlockPrefix }: Transaction,
  taposPrefix: Surroundings['taposPrefix'],
): void {
  const expected = taposPrefix(refBlockNum)
  if (refBlockPrefix === expected) return
  throw new HiveError(
    'tapos',
    '',
    { 'trx.ref_block_prefix': refBlockPrefix, tapos_block_summary: expected },
    'trx.ref_block_prefix == tapos_block_summary.block_id._hash[1]',
  )
}
