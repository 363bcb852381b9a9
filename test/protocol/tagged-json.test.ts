import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '#protocol/canonical.ts'
import { fromTagged, taggedJson, toTagged } from '#protocol/tagged-json.ts'

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.bigInt(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 3 }), tie('value'), {
      maxKeys: 4,
    }),
    fc
      .array(fc.tuple(fc.string(), tie('value')), { maxLength: 3 })
      .map((entries) => new Map(entries)),
    fc.array(fc.string(), { maxLength: 3 }).map((members) => new Set(members)),
  ),
}))

test('the text made in one go is the canonical one of the tagged form, and can be read again', () => {
  fc.assert(
    fc.property(value, (any) => {
      const text = taggedJson(any)
      expect(text).toBe(canonicalJson(toTagged(any)))
      expect(taggedJson(fromTagged(JSON.parse(text)))).toBe(text)
    }),
    { numRuns: 500 },
  )
})

test('members without a value are left out, and what JSON lacks is refused', () => {
  expect(taggedJson({ b: 1, a: undefined })).toBe('{"b":1}')
  for (const wrong of [undefined, Number.NaN, () => 1, '\ud800', [undefined]])
    expect(() => taggedJson(wrong)).toThrow(TypeError)
})
