import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetSymbol } from '#node/devchain/hive/asset.ts'
import {
  assetSymbols,
  formatAsset,
  formatNaiAsset,
  parseAsset,
  parseNaiAsset,
} from '#node/devchain/hive/asset.ts'

const symbol = fc.constantFrom<AssetSymbol>('HBD', 'HIVE', 'VESTS')
const anyAsset = fc.record({ amount: fc.bigInt({ min: 0n, max: 10n ** 18n }), symbol })

describe('an amount', () => {
  test('is the same after it was written and read, in either form', () => {
    fc.assert(
      fc.property(anyAsset, (asset) => {
        expect(parseAsset(formatAsset(asset))).toEqual(asset)
        expect(parseNaiAsset(formatNaiAsset(asset))).toEqual(asset)
      }),
    )
  })

  test.for([
    ['0.000 HBD', 0n],
    ['0.001 HBD', 1n],
    ['1234.567 HIVE', 1_234_567n],
    ['0.000001 VESTS', 1n],
  ] as const)('%s is %d of the smallest unit', ([text, amount]) => {
    expect(parseAsset(text)).toMatchObject({ amount })
    expect(formatAsset(parseAsset(text))).toBe(text)
  })

  test.for([
    ['9223372036854775.807 HBD', true],
    ['9223372036854775.808 HBD', false],
  ] as const)('%s fits into 64 bits: %s', ([text, fits]) => {
    const read = () => parseAsset(text)
    if (fits) expect(read()).toMatchObject({ amount: 2n ** 63n - 1n })
    else expect(read).toThrow("Couldn't parse int64_t")
  })

  test.for([
    '',
    '1 HBD',
    '1.000',
    '1.000 hbd',
    '1.000 BTC',
    '+1.000 HBD',
    '1,000 HBD',
    '1.000 VESTS',
  ])('is not %j', (text) => {
    expect(() => parseAsset(text)).toThrow()
  })

  test.for([
    { amount: '1', precision: 2, nai: assetSymbols.HBD.nai },
    { amount: '01', precision: 3, nai: assetSymbols.HBD.nai },
    { amount: '-1', precision: 3, nai: assetSymbols.HBD.nai },
    { amount: '1', precision: 3, nai: '@@000000012' },
  ])('is not %j', (json) => {
    expect(() => parseNaiAsset(json)).toThrow()
  })
})
