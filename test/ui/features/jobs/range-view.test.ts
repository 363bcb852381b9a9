import { expect, test } from 'vitest'
import { hbd, jobId } from '#test/support/builders.ts'
import type { RangeJob, WholeRange } from '#ui/features/jobs/range-view.ts'
import { isWon, leadingJob, partsText, percentOf } from '#ui/features/jobs/range-view.ts'

const job = (number: number, overrides: Partial<RangeJob> = {}): RangeJob => ({
  ...{ job: jobId('alice', number), phase: 'offered', ceiling: hbd(9n), encoder: null },
  ...{ price: null, paid: null, isDisputed: false, progress: null },
  ...overrides,
})
const won = { phase: 'settled', price: hbd(5n), paid: hbd(5n) } as const
const returned = { phase: 'settled', price: hbd(5n), paid: hbd(0n) } as const
const range = (first: number, ...jobs: readonly RangeJob[]): WholeRange => ({
  ...{ first, parts: 2, jobs },
})
const atWork = (percent: number, stage: 'downloading' | 'encoding' | 'uploading' = 'encoding') =>
  job(1, {
    phase: 'accepted',
    progress: { stage, percent } as RangeJob['progress'],
  })

test('parts are counted as people count', () => {
  expect(partsText({ first: 0, parts: 1 }, 4)).toBe('Part 1 of 4')
  expect(partsText({ first: 2, parts: 2 }, 4)).toBe('Parts 3–4 of 4')
})

test('a range stands where the job stands that goes furthest, and what came to nothing does not count', () => {
  const lead = (...jobs: readonly RangeJob[]) => leadingJob(range(0, ...jobs))?.job
  expect(lead(job(1, returned), job(2))).toBe(jobId('alice', 2))
  expect(lead(job(1, won), job(2, { phase: 'accepted' }))).toBe(jobId('alice', 1))
  expect(lead(job(1, { phase: 'delivered' }), job(2))).toBe(jobId('alice', 1))
  expect(lead(job(1, { phase: 'cancelled' }), job(2, returned))).toBe(jobId('alice', 2))
  expect(lead(job(1), job(2))).toBe(jobId('alice', 2))
  expect(lead()).toBeUndefined()
  expect([isWon(job(1, won)), isWon(job(1, returned))]).toEqual([true, false])
})

test('the whole is as far as its parts are', () => {
  const percent = (...ranges: readonly WholeRange[]) => percentOf({ parts: 4, ranges })
  expect(percent(range(0, job(1)), range(2, job(2)))).toBe(0)
  expect(percent(range(0, job(1, won)), range(2, atWork(50)))).toBe(75)
  expect(percent(range(0, atWork(90, 'downloading')), range(2, atWork(1, 'uploading')))).toBe(50)
  expect(percent(range(0, job(1, won)), range(2, job(2, { phase: 'delivered' })))).toBe(100)
})
