import type { Signature } from './envelope.ts'
import type { HiveAccount } from './ids.ts'
import type { SigningRole } from './operation.ts'
import type { UnsignedTransaction } from './transaction.ts'

/** In whose name something is signed, and by which of its keys. */
export type Authorship = { readonly account: HiveAccount; readonly role: SigningRole }

/** Refusing is normal: a person says no, a wallet is locked, a key was never there. The reason is a sentence for the user. */
export type Signing =
  | { readonly type: 'signed'; readonly signature: Signature }
  | { readonly type: 'refused'; readonly reason: string }

/**
 * Whoever signs for accounts: keys of this process, a wallet in the browser, a device. One call asks for one signature by one
 * key, which is what every wallet can give; it may take as long as a person takes. Never rejects because of a refusal.
 */
export interface Signer {
  /** True where it can be expected to sign for this account and role: what a node promises to others depends on it. */
  canSign(authorship: Authorship): boolean
  /** Signs a transaction for the chain of this id, in hex. */
  signTransaction(
    transaction: UnsignedTransaction,
    authorship: Authorship,
    chainId: string,
  ): Promise<Signing>
  /** Signs the SHA-256 of a text's UTF-8, as wallets sign messages. */
  signMessage(message: string, authorship: Authorship): Promise<Signing>
}
