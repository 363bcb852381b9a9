import { expect, test } from 'vitest'
import { createMeansWatch } from '#market/services/watch-means.ts'
import { bob } from '../../support/builders.ts'

const plenty = 1_000_000_000_000n

function aWatch(credits: () => Promise<bigint>) {
  let now = 0
  const unknown: unknown[] = []
  const watch = createMeansWatch({
    account: bob,
    roles: ['encoder', 'arbiter'],
    creditsOf: credits,
    now: () => now,
    onUnknown: (error) => unknown.push(error),
  })
  return { watch, unknown, later: (ms: number) => (now += ms) }
}

test('an account that cannot pay for the transactions of a job is told so, until it can', async () => {
  let credits = plenty
  const { watch, later } = aWatch(async () => credits)
  await watch.advance()
  expect(watch.obstacle()).toBeNull()
  credits = 2_499_000_000n
  later(60_000)
  await watch.advance()
  expect(watch.obstacle()).toMatch(/@bob has 2499 million .* may take 2500 million/)
  credits = 2_500_000_000n
  later(60_000)
  await watch.advance()
  expect(watch.obstacle()).toBeNull()
})

test('nobody is asked more than once a minute', async () => {
  let asked = 0
  const { watch, later } = aWatch(async () => {
    asked += 1
    return plenty
  })
  await watch.advance()
  later(59_999)
  await watch.advance()
  expect(asked).toBe(1)
  later(1)
  await watch.advance()
  expect(asked).toBe(2)
})

test('an endpoint that does not tell changes nothing', async () => {
  const answers = [async () => 0n, () => Promise.reject(new Error('no rc_api'))]
  const { watch, unknown, later } = aWatch(() => (answers.shift() ?? answers[0]!)())
  await watch.advance()
  later(60_000)
  await watch.advance()
  expect(watch.obstacle()).not.toBeNull()
  expect(unknown).toHaveLength(1)
})
