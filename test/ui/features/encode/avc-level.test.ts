import { expect, test } from 'vitest'
import { atLevel } from '#ui/features/encode/avc-level.ts'

/** A record with two sequence parameter sets and a picture parameter set, of Main at a level. */
const record = (level: number) =>
  new Uint8Array([
    ...[1, 77, 0, level, 0xff, 0xe2],
    ...[0, 5, 0x67, 77, 0, level, 9],
    ...[0, 4, 0x67, 77, 0, level],
    ...[1, 0, 2, 0x68, 7],
  ])

test('every parameter set of a lower level is raised, and nothing else is touched', () => {
  expect(atLevel(record(30), 31)).toEqual(record(31))
})

test('a level that is higher already is not hidden', () => {
  expect(atLevel(record(40), 31)).toEqual(record(40))
})
