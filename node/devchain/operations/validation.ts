import type { Asset, AssetSymbol } from '../hive/asset.ts'
import { assetSymbols } from '../hive/asset.ts'
import type { Authority } from '../hive/authority.ts'
import { ensure } from '../hive/hive-error.ts'
import { limits } from '../hive/limits.ts'

/** hived's `validate_asset_type_one_of`; `context` says for people which amount it was. */
export function ensureSymbol(
  { symbol }: Asset,
  allowed: readonly AssetSymbol[],
  context: string,
): void {
  ensure(
    allowed.includes(symbol),
    'Asset symbol does not match expected symbol. Expected: {expected}, Actual: {subject}',
    { expected: allowed.map((name) => assetSymbols[name].nai), subject: symbol, context },
  )
}

export function ensureLiquid({ symbol }: Asset, context: string): void {
  ensure(symbol !== 'VESTS', 'Asset cannot be of VESTS type. Actual: {subject}', {
    subject: symbol,
    context,
  })
}

export function ensurePositive({ amount }: Asset, context: string): void {
  ensure(amount > 0n, 'Asset amount must be greater than zero. Actual: {subject}', {
    subject: amount.toString(),
    context,
  })
}

export function ensureAuthoritySize({ accountAuths, keyAuths }: Authority): void {
  const size = accountAuths.length + keyAuths.length
  ensure(
    size <= limits.authorityMembers,
    'Authority membership exceeded. Max: {max} Current: {n}',
    { max: limits.authorityMembers, n: size },
  )
}
