import { PrivateKey } from '@hiveio/dhive'
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
