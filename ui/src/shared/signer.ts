import type { HiveAccount } from '#protocol/ids.ts'
import type { HiveOperation } from '#protocol/transaction.ts'

/** What a wallet has broadcast. */
export type Signed = { readonly transaction: string }

/**
 * Has an account's wallet sign and broadcast operations. Rejects, in words for its user, where the wallet is absent, says no, or
 * belongs to somebody else.
 */
export type Signer = {
  signOperations(
    account: HiveAccount,
    operations: readonly HiveOperation[],
    role: 'posting' | 'active',
  ): Promise<Signed>
}
