import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatHbd, MilliHbd, parseHbd } from '#protocol/amount.ts'
import { canonicalJson } from '#protocol/canonical.ts'

const amount = fc.bigInt({ min: 0n, max: 10n ** 18n })

test('every amount survives being written and read', () => {
  fc.assert(
    fc.property(amount, (milli) => {
      expect(parseHbd(formatHbd(milli))).toBe(milli)
    }),
  )
})

test('every text that is an amount is written back as it was', () => {
  const text = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: 0, max: 999 }))
  fc.assert(
    fc.property(text, ([whole, thousandths]) => {
      const written = `${whole}.${String(thousandths).padStart(3, '0')} HBD`
      expect(formatHbd(parseHbd(written))).toBe(written)
    }),
  )
})

test.each([
  '1 HBD',
  '1.00 HBD',
  '1.0000 HBD',
  '-1.000 HBD',
  '+1.000 HBD',
  '01.000 HBD',
  '1.000 HIVE',
  '1.000HBD',
  '1.000 HBD ',
  ' 1.000 HBD',
  '1e3 HBD',
  '1,000 HBD',
  '10000000000000000000.000 HBD',
  '',
])('%j is no amount', (text) => {
  expect(MilliHbd.safeParse(text).success).toBe(false)
})

test('equal values have one canonical text, whatever the order of their members', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (members) => {
      const turned = Object.fromEntries(Object.entries(members).toReversed())
      const plain: unknown = JSON.parse(JSON.stringify(members))
      expect(canonicalJson(JSON.parse(JSON.stringify(turned)))).toBe(canonicalJson(plain))
      expect(JSON.parse(canonicalJson(plain))).toEqual(plain)
    }),
  )
})

test.each([
  ['undefined', { member: undefined }],
  ['a big number', { member: 1n }],
  ['not a number', Number.NaN],
  ['no end', Number.POSITIVE_INFINITY],
  ['half a character', '\ud800'],
  ['a date', new Date(0)],
  ['a map', new Map()],
])('%s has no canonical text', (_, value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError)
})
