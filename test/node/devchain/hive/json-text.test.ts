import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ensureJson, ensureShallow } from '#node/devchain/hive/json-text.ts'
import { createHivedOracle, isValidForHived } from './hived-oracle.ts'

/** What hived takes although `JSON.parse` does not. */
const relaxed = [
  'nope',
  'nul',
  '{} x',
  '{}}',
  '"a" b',
  '1 2',
  '{"a":1,}',
  '{,"a":1}',
  '{"a":1 "b":2}',
  '[1,,2]',
  '[1 2]',
  '{"a":01}',
  '{"a":.5}',
  '{"a":nope}',
  '{"a":"\n"}',
  '"\u0001"',
  '"\\x"',
  '"\\ud800"',
  '5x',
  '1.',
  '0e0000000000000000000{',
]

/** What both take, dangerous as some of it is. */
const plain = [
  '{}',
  'null',
  'true',
  '"text"',
  '1e999',
  '{"a":1,"a":2}',
  '{"__proto__":1}',
  '9007199254740993',
  '18446744073709551615',
  '{"a":null}',
]

const refused = [
  '',
  'x',
  'NaN',
  '{',
  '}',
  '[1',
  '{a:1}',
  "{'a':1}",
  '{"a" 1}',
  '"abc',
  '{} "',
  'null x',
  '{"a":null} x',
  '+5',
  '-',
  '1.2.3',
  '0e00000000000000000000{',
  '[1e-99999999999999999999] x',
  '18446744073709551616',
  '-9223372036854775809',
  '\ufeff{}',
  '// comment',
  '"half a pair \ud800"',
]

describe('JSON is valid where hived says so', () => {
  test.for(relaxed)('it takes %j, which JSON.parse refuses or reads as something else', (text) => {
    expect(() => ensureJson(text)).not.toThrow()
  })

  test.for(plain)('it takes %j', (text) => {
    expect(() => ensureJson(text)).not.toThrow()
  })

  test.for(refused)('it refuses %j', (text) => {
    expect(() => ensureJson(text)).toThrow(/not valid/)
  })

  test('it agrees with hived on whatever is made of the same pieces', {
    timeout: 30_000,
  }, async () => {
    const oracle = createHivedOracle()
    const verdicts = { valid: 0, invalid: 0 }
    await fc.assert(
      fc.asyncProperty(garbage, async (text) => {
        const valid = isValidForHived(await oracle(), withJson(text))
        verdicts[valid ? 'valid' : 'invalid'] += 1
        expect(accepts(text)).toBe(valid)
      }),
      { numRuns: 800 },
    )
    expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(100)
  })
})

describe('nesting is limited where hived reads a transaction', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const inTransaction = (json: string) => JSON.stringify(withJson(json))

  test('97 arrays fit into a custom_json', () => {
    expect(() => ensureShallow(inTransaction(nested(97)))).not.toThrow()
  })

  test('98 do not', () => {
    expect(() => ensureShallow(inTransaction(nested(98)))).toThrow('object graph too deep')
  })

  test.for([97, 98])('hived says the same of %i', async (depth) => {
    const wax = await createHivedOracle()()
    expect(isValidForHived(wax, withJson(nested(depth)))).toBe(depth === 97)
  })
})

const pieces = [
  ...'{}[],:"-.xe_/ té\n\t\\0',
  ...['"a"', '"b c"', '1', '-2', '.5', '1e5', '1.', 'true', 'false', 'null', 'nul', 'nope'],
  ...['\\"', '"\\u0041"', '"\\ud800"', '99999999999999999999', '"\n"', '{"a":1}', '[1,2]'],
]

/**
 * Text that is nearly JSON. A bare `true` or `false` with something behind it is left out: hived reads it into a buffer
 * of six bytes and goes by what happens to lie there. So is an escaped `é` in a string behind the first value: read byte by byte,
 * as wax does it without SIMD, the second byte of the `é` is taken for broken UTF-8.
 */
const garbage = fc
  .array(fc.constantFrom(...pieces), { maxLength: 9 })
  .map((parts) => parts.join(''))
  .filter((text) => !/^\s*(true|false)./s.test(text))
  .filter((text) => !/\S.*"[^"]*\\é/s.test(text))

function accepts(text: string): boolean {
  try {
    ensureJson(text)
    return true
  } catch {
    return false
  }
}

function withJson(json: string) {
  return {
    ref_block_num: 1,
    ref_block_prefix: 1,
    expiration: '2026-01-01T00:00:00',
    operations: [
      ['custom_json', { required_auths: ['alice'], required_posting_auths: [], id: 'x', json }],
    ],
    extensions: [],
    signatures: [],
  }
}
