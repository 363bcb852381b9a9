import { expect, test } from 'vitest'
import { colorTable, standardColor } from '#node/encoding/color-table.ts'

/** The code of a brightness by the perceptual quantizer, from SMPTE ST 2084. */
function pqCode(nits: number): number {
  const power = (nits / 10_000) ** 0.159_301_757_812_5
  return ((0.835_937_5 + 18.851_562_5 * power) / (1 + 18.6875 * power)) ** 78.843_75
}

const grey = (kind: Parameters<typeof standardColor>[0], code: number) =>
  standardColor(kind, [code, code, code])

test.each([1, 5, 20, 50, 80])(
  '%i nits look on a display of standard range as bright as before',
  (nits) => {
    const [value] = grey('pq', pqCode(nits))
    expect(203 * value ** 2.4).toBeCloseTo(nits, 1)
  },
)

test('diffuse white stays below full white, and the peak reaches it', () => {
  expect(grey('pq', pqCode(203))[0]).toBeCloseTo(0.902, 2)
  expect(grey('pq', pqCode(1000))[0]).toBeCloseTo(1, 4)
  expect(grey('pq', 1)[0]).toBeCloseTo(1, 4)
})

test('both kinds of high dynamic range agree on diffuse white', () => {
  expect(grey('hlg', 0.75)[0]).toBeCloseTo(grey('pq', pqCode(203))[0], 2)
})

test.each(['pq', 'hlg', 'bt2020', 'p3'] as const)(
  'grey stays grey, and more is never darker: %s',
  (kind) => {
    let previous = -1
    for (let code = 0; code <= 100; code += 1) {
      const [red, green, blue] = grey(kind, code / 100)
      expect(Math.max(Math.abs(red - green), Math.abs(red - blue))).toBeLessThan(0.002)
      expect(red).toBeGreaterThanOrEqual(previous - 1e-9)
      previous = red
    }
  },
)

test('a colour that the narrow gamut holds is moved, one that it does not is brought to its edge', () => {
  const [red, green, blue] = standardColor('bt2020', [0.5, 0.4, 0.4])
  expect(red).toBeGreaterThan(0.5)
  expect(green).toBeLessThan(0.4)
  expect(blue).toBeCloseTo(0.4, 1)
  expect(standardColor('bt2020', [0, 1, 0])).toEqual([0, 1, 0])
})

test('a highlight keeps its hue', () => {
  const dim = standardColor('pq', [pqCode(40), pqCode(20), pqCode(20)])
  const bright = standardColor('pq', [pqCode(800), pqCode(400), pqCode(400)])
  const ratio = ([red, green]: readonly [number, number, number]) => (red / green) ** 2.4
  expect(ratio(bright)).toBeCloseTo(ratio(dim), 6)
})

test('the table holds every point, red running fastest, in FFmpeg’s form', () => {
  const [head, ...lines] = colorTable('pq').trimEnd().split('\n')
  expect(head).toBe('LUT_3D_SIZE 33')
  expect(lines).toHaveLength(33 ** 3)
  expect(lines[0]).toBe('0.000000 0.000000 0.000000')
  expect(lines.every((line) => /^[01]\.\d{6} [01]\.\d{6} [01]\.\d{6}$/.test(line))).toBe(true)
  const firstReds = lines.slice(0, 33).map((line) => Number(line.split(' ')[0]))
  expect(firstReds).toEqual(firstReds.toSorted((a, b) => a - b))
})
