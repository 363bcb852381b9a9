import { expect, test } from 'vitest'
import { lookHeight, lookWidth, richestLook } from '#node/encoding/looks.ts'

const pixels = lookWidth * lookHeight
const flat = (value: number) => new Uint8Array(pixels).fill(value)
const stripes = (low: number, high: number) =>
  new Uint8Array(pixels).map((_, index) => (index % 2 === 0 ? low : high))

test('the look with most in it is chosen, and the first of equals', () => {
  expect(
    richestLook(Buffer.concat([flat(128), stripes(100, 150), stripes(60, 190), stripes(60, 190)])),
  ).toBe(2)
})

test('nearly black and nearly white looks are passed over, whatever is in them', () => {
  expect(richestLook(Buffer.concat([flat(0), stripes(200, 255), stripes(100, 110)]))).toBe(2)
})

test('where all are dark, the best of them is still one', () => {
  expect(richestLook(Buffer.concat([flat(0), stripes(0, 20), flat(3)]))).toBe(1)
  expect(richestLook(new Uint8Array())).toBe(0)
})
