import { expect, test } from 'vitest'
import { createPace } from '#node/p2p/pace.ts'

/** A clock that goes on by what is waited for, and how long each wait was. */
function aClock() {
  let time = 0
  const waits: number[] = []
  return {
    waits,
    pass: (ms: number) => {
      time += ms
    },
    now: () => time,
    wait: async (ms: number) => {
      waits.push(ms)
      time += ms
    },
  }
}

test('what moves in the long run keeps to the rate, after a second of its own', async () => {
  const clock = aClock()
  const pace = createPace(1_000, clock)
  for (let sent = 0; sent < 10; sent += 1) await pace.take(500)

  expect(clock.now()).toBe(4_000)
})

test('a pause saves up no more than a second', async () => {
  const clock = aClock()
  const pace = createPace(1_000, clock)
  clock.pass(3_600_000)
  await pace.take(1_000)
  expect(clock.waits).toEqual([])
  await pace.take(2_000)
  expect(clock.waits).toEqual([2_000])
})

test('those who wait at the same time are let through one after the other', async () => {
  const clock = aClock()
  const waits: number[] = []
  const pace = createPace(1_000, {
    now: clock.now,
    wait: async (ms) => void waits.push(ms),
  })
  await Promise.all([pace.take(1_000), pace.take(1_000), pace.take(1_000)])
  expect(waits).toEqual([1_000, 2_000])
})

test('without a rate nobody waits', async () => {
  const pace = createPace(null)
  expect(pace.isLimited).toBe(false)
  await pace.take(Number.MAX_SAFE_INTEGER)
})
