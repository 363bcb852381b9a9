import type { Signature } from '#protocol/envelope.ts'
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
  /** Signs the SHA-256 of a text's UTF-8 with the posting key. */
  signMessage(account: HiveAccount, message: string): Promise<Signature>
}

/** Wallets that sign for who is signed in; `development` is the server of a development chain, with keys that everybody knows. */
export const walletNames = ['keychain', 'development'] as const
export type WalletName = (typeof walletNames)[number]

export type WalletFailure =
  /** The extension is not in this browser. */
  | 'absent'
  /** Its user said no, or closed its window. */
  | 'cancelled'
  /** It has not answered for so long that it never will. */
  | 'timeout'
  /** It signed for another account. */
  | 'wrong-account'
  /** It understood, and did not: the message is its own. */
  | 'refused'

/** Why a wallet did not sign, in words for its user. */
export class WalletError extends Error {
  override readonly name = 'WalletError'
  readonly code: WalletFailure

  constructor(code: WalletFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
