import { expect, test } from 'vitest'
import { alice, bob, hbd, height, jobId, time } from '#test/support/builders.ts'
import { pointOf } from '#test/support/settled-jobs.ts'
import { accountSearch, accountsSearch } from '#ui/features/accounts/account-search.ts'
import { compareScores } from '#ui/features/accounts/compare-scores.ts'
import {
  changeText,
  checksOf,
  heightBehind,
  isOfKind,
  microHbdText,
  movedBy,
  nanoHbdText,
  scoreLine,
  searchOf,
} from '#ui/features/accounts/standing-figures.ts'
import type { Evidence, ScorePoint } from '#ui/features/accounts/standing-words.ts'
import { linkText, markText, scoreText } from '#ui/features/accounts/standing-words.ts'

const point = (at: number, score: number, isDeed = true): ScorePoint => ({
  ...{ height: height(at), time: time(1_000 + 3 * at), isDeed },
  ...{ score, low: score - 10, high: score + 10 },
})

const evidence = (overrides: Partial<Evidence> = {}): Evidence => ({
  ...{ job: jobId('alice'), counterpart: alice, at: pointOf('paid', 7), good: 1n, fault: 0n },
  ...{ marks: [], links: [], price: hbd(3n), toEncoder: hbd(3n), toCreator: hbd(0n) },
  ...{ stars: null, attestations: [], dispute: null },
  ...overrides,
})

const check = (verdict: 'pass' | 'fail', leaves: number): Evidence['attestations'][number] => ({
  ...{ by: bob, at: pointOf('checked'), verdict, leaves, faults: [] },
})

test('small sums are shown as amounts, rounded down', () => {
  expect(nanoHbdText(1_234_999_999n)).toBe('1.234 HBD')
  expect(microHbdText(4_999n)).toBe('0.004 HBD')
})

test('the line of a score ends with what it is now, once', () => {
  const now = { score: 90, low: 80, high: 100, time: 2_000 }
  expect(scoreLine([point(1, 50), point(9, 60)], now)).toEqual({
    at: [1_003, 1_027, 2_000],
    scores: [50, 60, 90],
    low: [40, 50, 80],
    high: [60, 70, 100],
  })
  expect(scoreLine([point(1, 50)], { ...now, time: 1_003 }).scores).toEqual([50])
  expect(scoreLine([], null).at).toEqual([])
})

test('a job is shown with what the score was after it, and how far that had moved', () => {
  const points = [point(3, 100), point(5, 90, false), point(7, 120)]
  expect(movedBy(evidence(), points)).toEqual({ score: 120, by: 30 })
  expect(movedBy(evidence(), points.slice(2))).toEqual({ score: 120, by: null })
  expect(movedBy(evidence({ at: pointOf('paid', 5) }), points)).toBeNull()
  expect([changeText(30), changeText(-4), changeText(0)]).toEqual(['+30', '−4', '±0'])
})

test('behind every moment stands the last job before it', () => {
  const points = [point(3, 100), point(5, 90, false), point(7, 120)]
  expect([0, 1, 2, 3].map((index) => heightBehind(points, index))).toEqual([3, 3, 7, 7])
  expect(heightBehind([point(5, 90, false)], 0)).toBeNull()
})

test('jobs are told apart by what is said of them', () => {
  const plain = evidence()
  const late = evidence({ marks: ['late'] })
  const disputed = evidence({
    dispute: { by: alice, at: pointOf('disputed'), verdict: null, faults: [] },
  })
  const checked = evidence({ attestations: [check('pass', 5), check('fail', 3)] })
  const all = [plain, late, disputed, checked]
  const those = (kind: Parameters<typeof isOfKind>[1]) =>
    all.filter((entry) => isOfKind(entry, kind))
  expect(those('all')).toEqual(all)
  expect(those('held against it')).toEqual([late])
  expect(those('disputed')).toEqual([disputed])
  expect(those('checked')).toEqual([checked])
  expect(checksOf(all)).toEqual({ passed: 1, all: 2, leaves: 8 })
})

test('words are found for what the chain says, and what is newer is shown as it is', () => {
  expect([markText('late'), markText('newer')]).toEqual(['late', 'newer'])
  expect([linkText('award'), linkText('newer')]).toEqual(['Awarded', 'newer'])
  expect(scoreText({ score: 412, low: 180, high: 900 })).toBe('412 (180 to 900)')
})

test('a search is what a name may begin with', () => {
  expect(searchOf('@Swift-Encoder ')).toBe('swift-encoder')
  expect(searchOf('a'.repeat(30))).toHaveLength(16)
})

test('an address says which accounts are meant, and nothing that there is not', () => {
  expect(accountsSearch({ role: 'arbiter', sort: 'active', search: 'swi' })).toEqual({
    ...{ role: 'arbiter', sort: 'active', search: 'swi' },
  })
  expect(accountsSearch({ search: 42 })).toEqual({ search: '42' })
  expect(accountsSearch({ role: 'king', sort: 'odd', search: 'NOT A NAME' })).toEqual({})
  expect(accountSearch({ role: 'creator' })).toEqual({ role: 'creator' })
  expect(accountSearch({})).toEqual({})
})

test('scores that differ in anything are told as different', () => {
  const told = { role: 'encoder', score: 412, low: 180, high: 900 } as const
  const same = { score: 412, low: 180, high: 900 }
  const sameness = (found: typeof same | null) =>
    compareScores([told], new Map(found ? [['encoder', found]] : []))[0]?.isSame
  expect(sameness(same)).toBe(true)
  expect(sameness({ ...same, score: 413 })).toBe(false)
  expect(sameness({ ...same, high: 899 })).toBe(false)
  expect(sameness(null)).toBe(false)
})
