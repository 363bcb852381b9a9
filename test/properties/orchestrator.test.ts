import fc from 'fast-check'
import { test } from 'vitest'
import { memoryQueue } from '#test/support/orchestrated/memory-queue.ts'
import { happenings, play } from '#test/support/orchestrated/play.ts'

test('whoever dies, dawdles or comes late, a job is in one place, goes forward only, and ends', async () => {
  await fc.assert(
    fc.asyncProperty(happenings(150), async (steps) => {
      await using queue = memoryQueue()
      await play(queue, steps)
    }),
    { numRuns: 400 },
  )
})
