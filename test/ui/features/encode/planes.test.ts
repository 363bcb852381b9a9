import { describe, expect, test } from 'vitest'
import type { Planes, Turn } from '#ui/features/encode/planes.ts'
import { recolour, turnedPlanes } from '#ui/features/encode/planes.ts'

const flat = (y: number, u: number, v: number): Planes => ({
  ...{ width: 2, height: 2 },
  ...{ y: new Uint8Array(4).fill(y), u: new Uint8Array([u]), v: new Uint8Array([v]) },
})

const values = ({ y, u, v }: Planes): readonly number[] => [y[0]!, u[0]!, v[0]!]

describe('turning', () => {
  /** Two lines of three columns; odd sides have a sample of colour more than half. */
  const picture: Planes = {
    ...{ width: 3, height: 2, y: new Uint8Array([1, 2, 3, 4, 5, 6]) },
    ...{ u: new Uint8Array([7, 8]), v: new Uint8Array([9, 10]) },
  }

  test.each<[Turn, number, number[], number[]]>([
    [0, 3, [1, 2, 3, 4, 5, 6], [7, 8]],
    [90, 2, [4, 1, 5, 2, 6, 3], [7, 8]],
    [180, 3, [6, 5, 4, 3, 2, 1], [8, 7]],
    [270, 2, [3, 6, 2, 5, 1, 4], [8, 7]],
  ])('by %i degrees moves every sample clockwise', (turn, width, y, u) => {
    const turned = turnedPlanes(picture, turn)
    expect(turned).toMatchObject({ width, height: 6 / width })
    expect([...turned.y]).toEqual(y)
    expect([...turned.u]).toEqual(u)
  })

  test('there and back gives a picture larger than any tile as it was', () => {
    const [width, height] = [50, 34]
    const y = Uint8Array.from({ length: width * height }, (_, place) => (place * 7) % 251)
    const u = Uint8Array.from({ length: (width * height) / 4 }, (_, place) => place % 239)
    const large = { width, height, y, u, v: u.slice().reverse() }
    expect(turnedPlanes(turnedPlanes(large, 90), 270)).toEqual(large)
  })
})

describe('recolouring', () => {
  test('leaves greys of BT.601 as they are', () => {
    const grey = flat(120, 128, 128)
    recolour(grey, { matrix: 'bt601', isFullRange: false })
    expect(values(grey)).toEqual([120, 128, 128])
  })

  test('brings full range into limited', () => {
    const white = flat(255, 128, 128)
    recolour(white, { matrix: 'bt709', isFullRange: true })
    expect(values(white)).toEqual([235, 128, 128])
    const black = flat(0, 255, 0)
    recolour(black, { matrix: 'bt709', isFullRange: true })
    expect(values(black)).toEqual([16, 240, 16])
  })

  test.each([
    // Full red, green and blue, as the two recommendations write them.
    ['red', [81, 90, 240], [63, 102, 240]],
    ['green', [145, 54, 34], [173, 42, 26]],
    ['blue', [41, 240, 110], [32, 240, 118]],
  ])('writes %s of BT.601 as BT.709 does', (_, of601, of709) => {
    const [y = 0, u = 0, v = 0] = of601
    const picture = flat(y, u, v)
    recolour(picture, { matrix: 'bt601', isFullRange: false })
    for (const [place, value] of values(picture).entries())
      expect(Math.abs(value - of709[place]!)).toBeLessThanOrEqual(1)
  })
})
