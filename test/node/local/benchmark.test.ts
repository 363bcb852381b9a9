import { expect, test } from 'vitest'
import { benchmark, workerCounts } from '#node/benchmark/benchmark.ts'
import { untroubled } from '#test/support/ffmpeg.ts'
import { openLocal } from '#test/support/local-encode.ts'

test('a machine is measured for each rendition by itself, and for the ladder by workers', async () => {
  const steps: string[] = []
  const { renditions, ladder } = await benchmark(await openLocal(), {
    width: 160,
    height: 90,
    workers: [1, 2],
    signal: untroubled,
    onStep: (step) => steps.push(step),
  })
  expect(renditions.map(({ name }) => name)).toEqual(['90p'])
  expect(ladder.map(({ workers }) => workers)).toEqual([1, 2])
  for (const { speed } of [...renditions, ...ladder]) expect(speed).toBeGreaterThan(0)
  expect(steps).toEqual([
    'making a clip of 8 seconds',
    '90p by itself',
    'the ladder with 1 worker',
    'the ladder with 2 workers',
  ])
})

test('the ladder is measured for one worker, for all, and for powers of two between', () => {
  expect(workerCounts(1)).toEqual([1])
  expect(workerCounts(2)).toEqual([1, 2])
  expect(workerCounts(12)).toEqual([1, 2, 4, 8, 12])
})
