import { ensure } from './hive-error.ts'

/**
 * `wire` is the name in packed transactions that wallets sign, which never followed the change of names; `number` is the
 * symbol in hived's newer packing.
 */
export const assetSymbols = {
  HBD: { precision: 3, nai: '@@000000013', wire: 'SBD', number: 3_200_000_003 },
  HIVE: { precision: 3, nai: '@@000000021', wire: 'STEEM', number: 3_200_000_035 },
  VESTS: { precision: 6, nai: '@@000000037', wire: 'VESTS', number: 3_200_000_070 },
} as const

export type AssetSymbol = keyof typeof assetSymbols

/** An amount in the smallest unit of its symbol: thousandths of HBD and HIVE. */
export type Asset = { readonly amount: bigint; readonly symbol: AssetSymbol }

export type NaiAsset = { readonly amount: string; readonly precision: number; readonly nai: string }

const assetText = /^(0|[1-9]\d{0,15})\.(\d{1,12}) ([A-Z]{1,6})$/
const naiAmountText = /^(0|[1-9]\d{0,18})$/
const largestAmount = 2n ** 63n - 1n

export function hbd(amount: bigint): Asset {
  return { amount, symbol: 'HBD' }
}

export function hive(amount: bigint): Asset {
  return { amount, symbol: 'HIVE' }
}

/**
 * Reads "1.234 HBD". Stricter than hived, which loses the sign of "-0.001 HBD" and forgives odd spacing: such a text
 * would be signed as one amount and applied as another.
 */
export function parseAsset(text: string): Asset {
  const [, whole, fraction, name] = assetText.exec(text) ?? []
  ensure(whole !== undefined && fraction !== undefined, 'Cannot parse asset: {subject}', {
    subject: text,
  })
  const symbol = parseSymbol(name, text)
  ensure(
    fraction.length === assetSymbols[symbol].precision,
    'Incorrect decimal places for {symbol} asset: {subject}',
    { symbol, subject: text },
  )
  return { symbol, amount: inRange(BigInt(whole + fraction)) }
}

/** 1234n HBD as "1.234 HBD". */
export function formatAsset({ amount, symbol }: Asset): string {
  const { precision } = assetSymbols[symbol]
  const digits = amount.toString().padStart(precision + 1, '0')
  return `${digits.slice(0, -precision)}.${digits.slice(-precision)} ${symbol}`
}

/** Reads the form of hived's newer APIs, which names a symbol by number. */
export function parseNaiAsset({ amount, precision, nai }: NaiAsset): Asset {
  const found = Object.entries(assetSymbols).find(([, symbol]) => symbol.nai === nai)
  ensure(found !== undefined, 'Cannot parse asset symbol: {subject}', { subject: nai })
  const [name, symbol] = found
  ensure(precision === symbol.precision, 'Invalid decimal places in {name} asset', { name })
  ensure(naiAmountText.test(amount), 'Cannot parse asset amount: {subject}', { subject: amount })
  return { symbol: parseSymbol(name, nai), amount: inRange(BigInt(amount)) }
}

export function formatNaiAsset({ amount, symbol }: Asset): NaiAsset {
  const { precision, nai } = assetSymbols[symbol]
  return { amount: amount.toString(), precision, nai }
}

function parseSymbol(name: string | undefined, text: string): AssetSymbol {
  ensure(
    name === 'HBD' || name === 'HIVE' || name === 'VESTS',
    'Cannot parse asset symbol: {subject}',
    { subject: text },
  )
  return name
}

function inRange(amount: bigint): bigint {
  ensure(amount <= largestAmount, "Couldn't parse int64_t", { subject: amount.toString() })
  return amount
}
