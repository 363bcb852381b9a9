import { expect, test } from 'vitest'
import { formatBar, formatBytes, formatDuration } from '#node/supervisor/format.ts'

test('bytes are told in the unit that keeps them short', () => {
  expect([0, 999, 1_000, 4_139_823, 5e9, 7e15].map(formatBytes)).toEqual([
    ...['0 B', '999 B', '1.0 kB', '4.1 MB', '5.0 GB', '7000.0 TB'],
  ])
})

test('bytes just under a unit are told in the next one', () => {
  expect([999_949, 999_950, 999_999].map(formatBytes)).toEqual(['999.9 kB', '1.0 MB', '1.0 MB'])
})

test('durations are told in minutes, with hours where there are any', () => {
  expect([0, 9.4, 59.6, 95, 3_600, 7_325].map(formatDuration)).toEqual([
    ...['0:00', '0:09', '1:00', '1:35', '1:00:00', '2:02:05'],
  ])
})

test('a bar is always as wide as it is meant to be', () => {
  for (const percent of [-5, 0, 0.1, 33.3, 50, 99.9, 100, 130]) {
    expect([...formatBar(percent, 24)]).toHaveLength(24)
  }
  expect(formatBar(0, 4)).toBe('░░░░')
  expect(formatBar(50, 4)).toBe('██░░')
  expect(formatBar(100, 4)).toBe('████')
})
