import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobProgress } from '#market/domain/steady-progress.ts'
import { createSteadyProgress } from '#market/domain/steady-progress.ts'
import type { WorkProgress } from '#market/ports/processing.ts'

function aSteadyProgress() {
  let now = 0
  const told: JobProgress[] = []
  const tell = createSteadyProgress({ now: () => now }, (progress) => told.push(progress))
  return { told, tell, after: (seconds: number) => (now += 1_000 * seconds) }
}

test('progress never goes back, in whatever order it is reported', () => {
  const report = fc.record({
    stage: fc.constantFrom<WorkProgress['stage']>('downloading', 'encoding', 'uploading'),
    percent: fc.double({ min: 0, max: 100, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(report, { maxLength: 30 }), (reports) => {
      const { told, tell } = aSteadyProgress()
      for (const each of reports) tell(each)
      const overall = told.map((progress) => progress.overall)
      expect(overall).toEqual(overall.toSorted((left, right) => left - right))
      expect(Math.max(0, ...overall)).toBeLessThanOrEqual(100)
    }),
  )
})

test('a stage that cannot say how long it takes is told by its pace', () => {
  const { told, tell, after } = aSteadyProgress()
  tell({ stage: 'downloading', percent: 0 })
  after(10)
  tell({ stage: 'downloading', percent: 25 })
  after(5)
  tell({ stage: 'encoding', percent: 10, etaSeconds: 7 })
  after(3)
  tell({ stage: 'uploading', percent: 50 })
  after(3)
  tell({ stage: 'uploading', percent: 50 })
  expect(told.map(({ etaSeconds }) => etaSeconds)).toEqual([undefined, 30, 7, undefined, 3])
})
