import { createECDH, createHash } from 'node:crypto'
import { PrivateKey } from '@hiveio/dhive'
import { formatPublicKey } from './hive/public-key.ts'

export const keyRoles = ['owner', 'active', 'posting', 'memo'] as const
export type KeyRole = (typeof keyRoles)[number]

/** Everybody knows it: whoever can reach the chain may sign for every account of its genesis. */
const password = 'devchain'

/** The key a genesis account starts with. */
export function devchainKey(account: string, role: KeyRole): PrivateKey {
  return PrivateKey.fromLogin(account, password, role)
}

/**
 * The public half of {@link devchainKey}. Computed by OpenSSL: a genesis of a thousand accounts needs four thousand of
 * them, and dhive takes three times as long.
 */
export function devchainPublicKey(account: string, role: KeyRole): string {
  const curve = createECDH('secp256k1')
  curve.setPrivateKey(devchainSecret(account, role))
  return formatPublicKey(curve.getPublicKey(null, 'compressed'))
}

export function devchainSecret(account: string, role: KeyRole): Buffer {
  return createHash('sha256').update(`${account}${role}${password}`).digest()
}
