import { expect, test } from 'vitest'
import { mixGain } from '#ui/features/encode/down-mix.ts'

test('one and two channels are as loud as they were, and six no louder than one at its loudest', () => {
  expect([mixGain(1), mixGain(2)]).toEqual([1, 1])
  expect(mixGain(6) * (1 + Math.SQRT1_2 + Math.SQRT1_2)).toBeCloseTo(1)
})

test.each([3, 4, 5, 7, 8])('%i channels are left to another encoder', (channels) => {
  expect(() => mixGain(channels)).toThrow(`${channels} channels`)
})
