import { expect, test } from 'vitest'
import { createBackground } from '#market/services/background.ts'

/** Work that fails each time, with what is told of it. */
function failingWork() {
  let now = 0
  let begun = 0
  const told: (readonly [key: string, failures: number])[] = []
  const background = createBackground({
    now: () => now,
    onFailure: (key, _error, failures) => told.push([key, failures]),
  })
  const begin = async (): Promise<void> => {
    background.start('work', async () => {
      begun += 1
      throw new Error('it fails')
    })
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { told, begin, begun: () => begun, pass: (milliseconds: number) => (now += milliseconds) }
}

test('work that fails is told of, and rests longer each time, whether or not its owner asked to hear', async () => {
  const { told, begin, begun, pass } = failingWork()
  await begin()
  await begin()
  expect(begun()).toBe(1)
  pass(1_001)
  await begin()
  await begin()
  pass(1_001)
  await begin()
  expect(begun()).toBe(2)
  pass(1_000)
  await begin()
  expect(told).toEqual([
    ['work', 1],
    ['work', 2],
    ['work', 3],
  ])
})
