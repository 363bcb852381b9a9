import { expect, test } from 'vitest'
import { isWithinHonest, pictureColumns } from '../../perf/honest-spread.ts'
import type { Measured } from '../../perf/verification-report.ts'
import { failuresOf } from '../../perf/verification-report.ts'

const fault = { code: 'picture-differs' } as const
const honest: Measured = {
  ...{ film: 'film', variant: 'medium', kind: 'picture', isHonest: true, footing: 'firm' },
  ...{ figures: {}, faults: [] },
}
const found: Measured = { ...honest, variant: 'black', isHonest: false, faults: [fault] }
const missed: Measured = { ...found, faults: [] }
const drowned: Measured = { ...missed, footing: 'drowned' }
const many = <T>(count: number, value: T): readonly T[] => new Array<T>(count).fill(value)
const proof = [...many(200, honest), ...many(200, found)]
const all = { isComplete: true }

test('two hundred honest leaves without an alarm, and all cheats found, are a proof', () => {
  expect(failuresOf(proof, all)).toEqual([])
})

test('one false alarm is none', () => {
  expect(failuresOf([...proof, { ...honest, faults: [fault] }], all)).toEqual(['1 false alarms'])
})

test('fewer honest leaves are none', () => {
  expect(failuresOf(proof.slice(1), all)).toEqual(['only 199 honest leaves'])
})

test('more than one cheat in a hundred missed is none, unless it cannot be told', () => {
  expect(failuresOf([...proof, missed, missed], all)).toEqual([])
  expect(failuresOf([...proof, missed, missed, missed], all)).toHaveLength(1)
  expect(failuresOf([...proof, ...many(9, { ...missed, isLikeHonest: true })], all)).toEqual([])
  expect(failuresOf([...proof, ...many(9, drowned)], all)).toEqual([])
})

test('a cheat that stays within honest work in all figures cannot be told from it', () => {
  const columns = pictureColumns('firm')
  const usual = Object.fromEntries(columns.map(({ figure, limit }) => [figure, limit * 0.5]))
  const other = { ...usual, 'noise-gain': 1.5 }
  expect(isWithinHonest({ ...usual, 'noise-gain': 1.6 }, [usual, other], columns)).toBe(true)
  expect(isWithinHonest({ ...usual, 'noise-gain': 1.7 }, [usual, other], columns)).toBe(false)
  expect(isWithinHonest({ ...usual, 'detail-ratio': 0.2 }, [usual, other], columns)).toBe(false)
})
