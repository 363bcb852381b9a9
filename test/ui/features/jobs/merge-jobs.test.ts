import { describe, expect, test } from 'vitest'
import type { AnyJob } from '#protocol/api/all-jobs.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { changesWith, mergeJobs } from '#ui/features/jobs/merge-jobs.ts'
import type { LiveEvent } from '#ui/shared/live-events.ts'

const idOf = (number: number): EncodingJobId =>
  EncodingJobId.parse(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`)

/** The greater the number, the newer. */
const aJob = (number: number, fields: Partial<AnyJob> = {}): AnyJob => ({
  ...{ id: idOf(number), marketJob: null, owner: HiveAccount.parse('alice'), permlink: 'a-clip' },
  ...{ tier: 'agent', state: 'waiting', phase: 'queued', progress: 0, encoder: null },
  ...{ price: null, ceiling: null, createdAt: new Date(number * 1_000) },
  ...fields,
})

const anEvent = (number: number, fields: Partial<LiveEvent> = {}): LiveEvent => ({
  ...{ sequence: 1, job: idOf(number), type: 'progress', phase: 'leased', fields: {}, at: '' },
  ...fields,
})

const pageOf = (numbers: readonly number[], next: string | null = 'more') => ({
  jobs: numbers.map((number) => aJob(number)),
  next,
})
const numbersOf = (jobs: readonly AnyJob[]): readonly number[] =>
  jobs.map(({ createdAt }) => createdAt.getTime() / 1_000)

describe('the newest page and those after it are one list', () => {
  test('with each job once, whatever came while it was scrolled', () => {
    const merged = mergeJobs(
      pageOf([9, 8, 7]),
      [pageOf([7, 6, 5]), pageOf([4, 3], null)],
      new Map(),
    )
    expect(numbersOf(merged)).toEqual([9, 8, 7, 6, 5, 4, 3])
  })
  test('without what has left the part that the newest page covers', () => {
    expect(numbersOf(mergeJobs(pageOf([9, 7]), [pageOf([9, 8, 7, 6])], new Map()))).toEqual([
      9, 7, 6,
    ])
  })
  test('that is the newest page alone where it is all there is', () => {
    expect(mergeJobs(pageOf([], null), [pageOf([9, 8])], new Map())).toEqual([])
  })
})

test('events tell of older jobs what the list has not asked for again', () => {
  const changes = changesWith(new Map(), [
    anEvent(3, { fields: { progress: 40 } }),
    anEvent(3, { type: 'released', phase: 'queued' }),
    anEvent(4, { phase: 'a phase of later versions' }),
  ])
  const [, , four, three] = mergeJobs(pageOf([6, 5]), [pageOf([4, 3])], changes)
  expect(three).toMatchObject({ phase: 'queued', state: 'waiting', progress: 40 })
  expect(four).toEqual(aJob(4))
})
