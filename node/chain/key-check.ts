import { MarketError } from '#market/errors.ts'
import { formatHbd } from '#protocol/amount.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { KeyName } from '../keystore/keystore-file.ts'
import type { Limits } from '../networks.ts'
import type { Authority, CondenserAccount } from './chain-schemas.ts'

/** A key that is what it should be but had better not be here, in a sentence. */
export type KeyWarning = string

/**
 * Looks whether an account's keys are what they are given as, by the authorities that the chain has. Throws `key-wrong` for a key
 * that is not the account's, or is its key for something else: signing with it would only be refused later.
 */
export function checkKeys(
  account: CondenserAccount,
  keys: readonly KeyName[],
  { needsActive, rich }: { readonly needsActive: boolean; readonly rich: Limits['rich'] },
): readonly KeyWarning[] {
  const own = keys.filter((key) => key.account === account.name)
  for (const key of own) requireRole(account, key)
  const warnings = own.flatMap(({ role, publicKey }) => {
    if (isEnough(account[role], publicKey)) return []
    return [
      `The ${role} key ${publicKey} alone is not enough for @${account.name}, which asks for several signatures; what this node signs for it will be refused.`,
    ]
  })
  if (!own.some(({ role }) => role === 'active')) return warnings
  if (!needsActive)
    warnings.push(
      `No role of this node needs the active key of @${account.name}; take it off this machine.`,
    )
  else if (isRich(account, rich))
    warnings.push(
      `@${account.name} has ${formatHbd(account.hbd_balance)} and ${account.balance} at the mercy of an active key on this machine; use an account of low balance and sweep it.`,
    )
  return warnings
}

function requireRole(account: CondenserAccount, { role, publicKey }: KeyName): void {
  if (holds(account[role], publicKey)) return
  const other = (['owner', 'active', 'posting'] as const).find((name) =>
    holds(account[name], publicKey),
  )
  if (other === 'owner')
    throw new MarketError(
      'key-wrong',
      `The ${role} key given is the owner key of @${account.name}, which can take the account away; no node needs it. Keep it offline.`,
    )
  throw new MarketError('key-wrong', describe(account.name, { role, publicKey, other }))
}

function describe(
  account: HiveAccount,
  {
    role,
    publicKey,
    other,
  }: {
    readonly role: SigningRole
    readonly publicKey: string
    readonly other: SigningRole | undefined
  },
): string {
  if (other) return `The ${role} key given is the ${other} key of @${account}.`
  return `The ${role} key given (${publicKey}) is no key of @${account}; it may have been changed.`
}

function holds({ key_auths: entries }: Authority, publicKey: string): boolean {
  return entries.some(([key]) => key === publicKey)
}

function isEnough({ weight_threshold, key_auths }: Authority, publicKey: string): boolean {
  return key_auths.some(([key, weight]) => key === publicKey && weight >= weight_threshold)
}

function isRich({ hbd_balance, balance }: CondenserAccount, rich: Limits['rich']): boolean {
  if (rich === null) return false
  return hbd_balance >= rich.hbd || milliHive(balance) >= rich.milliHive
}

function milliHive(text: string): bigint {
  return BigInt(text.replace('.', '').slice(0, -' HIVE'.length))
}
