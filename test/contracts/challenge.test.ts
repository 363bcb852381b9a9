import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawLeaves } from '#contracts/challenge.ts'
import { hashHex } from '#test/support/builders.ts'

const range = 2n ** 64n

/** Numbers near the ends and the middle of their range, where rules about them would break first. */
const numbers = fc.oneof(
  fc.bigInt({ min: 0n, max: range - 1n }),
  fc.bigInt({ min: 0n, max: 1_000n }).map((step) => range - 1n - step),
  fc.bigInt({ min: 0n, max: 2n ** 33n }).map((step) => range - 2n ** 32n - 1n - step),
  fc.constantFrom(0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, range - 1n),
)
const bounds = fc.oneof(fc.integer({ min: 1, max: 2 ** 21 }), fc.integer({ min: 1, max: 2 ** 40 }))

test('a leaf is the remainder of the first number that favours none', () => {
  fc.assert(
    fc.property(fc.array(numbers, { maxLength: 3 }), bounds, (drawn, length) => {
      // The first number says which rendition comes first; the last one is always good.
      const told = [0n, ...drawn, 5n]
      let next = 0
      const sha256 = () => {
        const bytes = new Uint8Array(32)
        new DataView(bytes.buffer).setBigUint64(0, told[next] ?? 5n)
        next += 1
        return bytes
      }
      const bound = BigInt(length)
      const fair = told.slice(1).find((value) => value < range - (range % bound))
      const [leaf] = drawLeaves(hashHex('seed'), [{ start: 7, length }], 1, sha256)
      expect(leaf).toBe(7 + Number((fair ?? 5n) % bound))
    }),
    { numRuns: 2_000 },
  )
})
