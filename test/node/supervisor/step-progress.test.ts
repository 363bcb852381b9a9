import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StepProgress } from '#node/supervisor/step-progress.ts'
import { checkProgress, workProgress } from '#node/supervisor/step-progress.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import { bob, jobId } from '../../support/builders.ts'

type WorkEvent = Extract<JobEvent, { type: 'progress' }>
type CheckEvent = Extract<JobEvent, { type: 'check-progress' }>

const job = jobId('alice')
const work = (stage: WorkEvent['stage'], percent: number): WorkEvent => ({
  ...{ type: 'progress', job, at: 0, encoder: bob, stage, percent },
})
const check = (stage: CheckEvent['stage'], percent: number): CheckEvent => ({
  ...{ type: 'check-progress', job, at: 0, stage, percent },
})
const percents = fc.double({ min: 0, max: 100, noNaN: true })
const workEvents = fc
  .tuple(fc.constantFrom('downloading', 'encoding', 'uploading'), percents)
  .map(([stage, percent]) => work(stage, percent))
const checkEvents = fc
  .tuple(fc.constantFrom('fetching', 'structure', 'awaiting-seed', 'challenge'), percents)
  .map(([stage, percent]) => check(stage, percent))

function percentsOf<Event>(
  follow: (before: StepProgress | null, event: Event) => StepProgress,
  events: readonly Event[],
): readonly number[] {
  let progress: StepProgress | null = null
  return events.map((event) => {
    progress = follow(progress, event)
    return progress.percent
  })
}

function expectRising(values: readonly number[]): void {
  expect(values).toEqual([...values].sort((left, right) => left - right))
  for (const value of values) {
    expect(value).toBeGreaterThanOrEqual(0)
    expect(value).toBeLessThanOrEqual(100)
  }
}

test('a percent never falls back, whatever is told in whatever order', () => {
  fc.assert(
    fc.property(fc.array(workEvents), fc.array(checkEvents), (working, checking) => {
      expectRising(percentsOf(workProgress, working))
      expectRising(percentsOf(checkProgress, checking))
    }),
  )
})

test('stages share one bar from nothing to everything', () => {
  const last = percentsOf(workProgress, [work('downloading', 0), work('uploading', 100)])
  expect(last).toEqual([0, 100])
  expect(
    percentsOf(checkProgress, [
      check('fetching', 0),
      check('structure', 0),
      check('challenge', 100),
    ]),
  ).toEqual([0, 20, 100])
})

test('work is told with its speed and the time that is left', () => {
  const event = { ...work('encoding', 50), speed: 2.345, etaSeconds: 65 }
  expect(workProgress(null, event).label).toBe('encoding, 2.35x, 1:05 left')
  expect(workProgress(null, work('uploading', 50)).label).toBe('publishing the tree')
})
