import { describe, expect, test } from 'vitest'
import {
  agoText,
  bytesText,
  durationText,
  hbdText,
  percentText,
  qualityText,
  shortened,
  speedText,
} from '#ui/shared/format.ts'

test.each([
  [0n, '0.000 HBD'],
  [42n, '0.042 HBD'],
  ['1234567', '1234.567 HBD'],
  [-1n, '−0.001 HBD'],
  [2n ** 62n, '4611686018427387.904 HBD'],
])('%s milli-HBD are %s', (milli, text) => expect(hbdText(milli)).toBe(text))

test.each([
  [0.2, '0 s'],
  [59.6, '1 min'],
  [125, '2 min 05 s'],
  [3_600, '1 h'],
  [12_000, '3 h 20 min'],
  [190_000, '2 d 4 h'],
  [Number.POSITIVE_INFINITY, '–'],
])('%s seconds are %s', (seconds, text) => expect(durationText(seconds)).toBe(text))

test.each([
  [999, '999 B'],
  [999_600, '1.0 MB'],
  [1_500_000, '1.5 MB'],
  [99_960_000, '100 MB'],
  [2e15, '2000 TB'],
])('%s bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))

describe('a moment', () => {
  const now = Date.UTC(2026, 0, 10)
  test.each([
    [-2_000, 'now'],
    [-30_000, '30 sec. ago'],
    [-119_000, '1 min. ago'],
    [-86_400_000, 'yesterday'],
    [7_200_000, 'in 2 hr.'],
  ])('%s ms from now is told as "%s"', (distance, text) =>
    expect(agoText(now + distance, now)).toBe(text),
  )
})

test('parts, speeds and long ids are short', () => {
  expect(percentText(0.421)).toBe('42 %')
  expect(speedText(4.34)).toBe('4.3×')
  expect(speedText(12.7)).toBe('13×')
  expect(shortened('bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi')).toBe(
    'bafybeig…bzdi',
  )
  expect(shortened('0123456789abcdef', 8, 0)).toBe('01234567…')
  expect(shortened('short')).toBe('short')
})

test('a rendition is called by its short side, whichever way it stands', () => {
  expect(qualityText({ width: 1_280, height: 720 })).toBe('720p')
  expect(qualityText({ width: 720, height: 1_280 })).toBe('720p')
})
