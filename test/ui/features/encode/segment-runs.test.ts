import { expect, test } from 'vitest'
import { missingRuns } from '#ui/features/encode/segment-runs.ts'

const grid = {
  ...{ rate: { numerator: 25, denominator: 1 }, frames: 450, segmentFrames: 100 },
  ...{ partSegments: 4, leadSeconds: 3 },
}

test('a video of which nothing is here is one run', () => {
  expect(missingRuns(grid, [])).toEqual([{ segments: [0, 1, 2, 3, 4], first: 0, end: 450 }])
})

test('what is here is left out, and what stands together stays together', () => {
  expect(missingRuns(grid, [0, 3])).toEqual([
    { segments: [1, 2], first: 100, end: 300 },
    { segments: [4], first: 400, end: 450 },
  ])
})

test('nothing is left to do of a video that is here', () => {
  expect(missingRuns(grid, [0, 1, 2, 3, 4])).toEqual([])
})
