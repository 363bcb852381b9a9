import { PrivateKey } from '@hiveio/dhive'
import { base58btc } from 'multiformats/bases/base58'
import { MarketError } from '#market/errors.ts'
import type { SigningRole } from '#protocol/operation.ts'

/** The keys a process holds. They are never logged, stored or sent. */
export type Keys = { readonly [R in SigningRole]: PrivateKey | null }

/** Reads a private key in wallet import format. The message of its error never contains the key. */
export function parseKey(text: string, role: SigningRole): PrivateKey {
  try {
    return PrivateKey.fromString(text.trim())
  } catch {
    // biome-ignore lint/style/useErrorCause: the cause may quote the key
    throw new MarketError(
      'key-wrong',
      `The ${role} key is not a private key in wallet import format (it begins with a 5).`,
    )
  }
}

/** The 32 bytes of a private key, in a buffer of the caller's own. */
export function secretOf(key: PrivateKey): Buffer {
  // Wallet import format: a version byte, the secret, and four bytes of checksum.
  return Buffer.from(base58btc.baseDecode(key.toString())).subarray(1, 33)
}

/** The key of a role. Rejects with `key-missing` where the process was not given one. */
export function requireKey(keys: Keys, role: SigningRole): PrivateKey {
  const key = keys[role]
  if (!key)
    throw new MarketError(
      'key-missing',
      `This needs the account's ${role} key; set SPK_${role.toUpperCase()}_KEY.`,
    )
  return key
}
