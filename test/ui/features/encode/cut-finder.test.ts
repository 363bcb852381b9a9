import { expect, test } from 'vitest'
import { createCutFinder } from '#ui/features/encode/cut-finder.ts'

const [width, height] = [64, 48]

type Picture = Parameters<ReturnType<typeof createCutFinder>>[0]
type Rect = { readonly rect?: { x?: number; y?: number; width?: number; height?: number } }

/** A picture as a browser gives it, as far as it is looked at: its luma at each place. */
function picture(
  luma: (column: number, row: number) => number,
  format: 'I420' | null = 'I420',
): Picture {
  const faked = {
    format,
    visibleRect: { x: 0, y: 0, width, height },
    allocationSize: ({ rect }: Rect) => {
      if (format === null) throw new DOMException('no format', 'NotSupportedError')
      return (((rect?.width ?? 0) * (rect?.height ?? 0)) / 2) * 3
    },
    copyTo: async (out: Uint8Array, { rect }: Rect) => {
      const { x = 0, y = 0, width: columns = 0, height: rows = 0 } = rect ?? {}
      expect([x % 2, y % 2, rows % 2]).toEqual([0, 0, 0])
      for (let at = 0; at < columns * rows; at += 1)
        out[at] = luma(x + (at % columns), y + Math.floor(at / columns))
      return []
    },
  }
  return faked as unknown as Picture
}

const striped = (phase: number) => (column: number, row: number) =>
  128 + 80 * Math.sin((column + row + phase) / 9)

test('a picture that has nothing of the one before comes after a cut', async () => {
  const isCut = createCutFinder()
  expect(await isCut(picture(striped(0)))).toBe(false)
  expect(await isCut(picture(striped(1)))).toBe(false)
  expect(await isCut(picture(() => 16))).toBe(true)
  expect(await isCut(picture(() => 17))).toBe(false)
})

test('what changes in a corner is no cut', async () => {
  const isCut = createCutFinder()
  await isCut(picture(striped(0)))
  const withMark = (column: number, row: number) => (row < 8 ? 235 : striped(0)(column, row))
  expect(await isCut(picture(withMark))).toBe(false)
})

test('a browser that reads no bands encodes all the same', async () => {
  const isCut = createCutFinder()
  const unread = {
    ...picture(() => 16),
    copyTo: async () => {
      throw new TypeError('rect is not sample-aligned')
    },
  }
  await isCut(picture(striped(0)))
  expect(await isCut(unread)).toBe(false)
})

test('pictures that cannot be read are after no cut', async () => {
  const isCut = createCutFinder()
  expect(await isCut(picture(striped(0), null))).toBe(false)
  expect(await isCut(picture(() => 16, null))).toBe(false)
  expect(await isCut(picture(striped(0)))).toBe(false)
})
