import type { HiveAccount } from '#protocol/ids.ts'

export type SignInTerms = {
  /** Where the account signs in, as its owner knows the place. */
  readonly domain: string
  readonly account: HiveAccount
  readonly nonce: string
  readonly expiresAt: Date
}

/**
 * What a wallet shows and signs when an account signs in. Names all that the signature is bound to, so that it is worth nothing in
 * another place, for another account or a second time. It is no JSON, which wallets may sign as bytes, and begins like nothing else
 * that the program has signed.
 */
export function formatSignIn({ domain, account, nonce, expiresAt }: SignInTerms): string {
  return [
    `Sign in to ${domain} as @${account}`,
    '',
    'Signing this proves that the account is yours. It moves no funds and writes nothing to the chain.',
    '',
    `Nonce: ${nonce}`,
    `Valid until: ${expiresAt.toISOString()}`,
  ].join('\n')
}
