import type { Signature } from '#protocol/envelope.ts'
import type { HiveAccount } from '#protocol/ids.ts'

export interface PostingAuthority {
  /**
   * True if the keys that made these signatures together satisfy the account's posting authority on the chain. What is signed is
   * the sha256 of the message's UTF-8, as wallets sign it. Rejects with `chain-unavailable` when the chain cannot be asked.
   */
  verifies(
    account: HiveAccount,
    message: string,
    signatures: readonly Signature[],
  ): Promise<boolean>
}
