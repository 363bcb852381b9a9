import { requiredBy } from '../chain/apply-transaction.ts'
import { verifyAuthority } from '../chain/authority-check.ts'
import { devchainChainId } from '../chain-id.ts'
import type { Form } from '../hive/field.ts'
import type { State } from '../state/state.ts'
import { sealTransaction } from '../transactions/sealed-transaction.ts'
import { parseTransaction } from '../transactions/transaction.ts'

/** Whether a transaction is signed by whom it needs. As in hived the answer is never "no" but a HiveError that says who. */
export function verifySigned(json: unknown, form: Form, { accounts }: State): true {
  const transaction = parseTransaction(json)
  const { keys } = sealTransaction(transaction, form, devchainChainId)
  verifyAuthority(requiredBy(transaction), keys(), accounts)
  return true
}
