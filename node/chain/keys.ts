import { PrivateKey } from '@hiveio/dhive'
import { base58btc } from 'multiformats/bases/base58'
import { MarketError } from '#market/errors.ts'
import type { SigningRole } from '#protocol/operation.ts'

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
