import fc from 'fast-check'
import { expect, test } from 'vitest'
import { overheadBlocks } from '#node/supervisor/overhead-blocks.ts'

test('overhead is what is left of the total, in blocks', () => {
  const seconds = { total: 44, fetch: 0.5, encode: 12.5, verify: 10 }
  expect(overheadBlocks({ seconds }, 3)).toBe(7)
  expect(overheadBlocks({ seconds }, 0.25)).toBe(84)
})

test('overhead counts the same blocks whatever else the job took', () => {
  const seconds = fc.integer({ min: 0, max: 100_000 })
  fc.assert(
    fc.property(seconds, seconds, seconds, seconds, (fetch, encode, verify, blocks) => {
      const total = fetch + encode + verify + 3 * blocks
      expect(overheadBlocks({ seconds: { total, fetch, encode, verify } }, 3)).toBe(blocks)
    }),
  )
})
