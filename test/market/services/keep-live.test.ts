import { expect, test } from 'vitest'
import { createLiveKeeper } from '#market/services/keep-live.ts'

/** A keeper that writes texts, each when it is let. */
function aKeeper(limit?: number) {
  const written: string[] = []
  const failures: unknown[] = []
  const keeper = createLiveKeeper({ onFailure: (error) => failures.push(error) }, limit)
  const stop = new AbortController()
  const say = (subject: string, text: string): boolean =>
    keeper.keep(subject, async () => void written.push(text))
  return {
    ...{ keeper, written, failures, say },
    running: () => keeper.run(stop.signal),
    stop: () => stop.abort(),
  }
}

test('of one subject only the newest is written, in the order in which subjects were first heard of', async () => {
  const { say, written, running, stop } = aKeeper()
  for (const [subject, text] of [
    ['offer', 'offer 1'],
    ['bid', 'bid 1'],
    ['offer', 'offer 2'],
  ] as const)
    say(subject, text)
  const ended = running()
  await expect.poll(() => written.length).toBe(2)
  expect(written).toEqual(['offer 2', 'bid 1'])
  say('bid', 'bid 2')
  await expect.poll(() => written.length).toBe(3)
  stop()
  await ended
  expect(written.at(-1)).toBe('bid 2')
})

test('what is too much is let go, and said so; what replaces something never is', () => {
  const { say } = aKeeper(2)
  expect(['a', 'b', 'c', 'a'].map((subject) => say(subject, subject))).toEqual([
    ...[true, true, false, true],
  ])
})

test('a write that fails is told, and keeps no other from being written', async () => {
  const { keeper, say, written, failures, running, stop } = aKeeper()
  keeper.keep('bad', () => Promise.reject(new Error('no database')))
  say('good', 'good')
  const ended = running()
  await expect.poll(() => written).toEqual(['good'])
  expect(failures).toHaveLength(1)
  stop()
  await ended
})
