import { expect, test } from 'vitest'
import type { EncodingEvent } from '#market/ports/job-scheduler.ts'
import { createEventFeed } from '#market/services/event-feed.ts'

const event = (sequence: number): EncodingEvent => ({ sequence }) as EncodingEvent

/** A log that counts how it is read. */
function aLog(newest: number) {
  const reads: number[] = []
  const failures: unknown[] = []
  const log = { newest, isBroken: false }
  let wake = (): void => undefined
  const feed = createEventFeed({
    scheduler: {
      newestEvent: async () => log.newest,
      allEventsAfter: async (sequence, limit) => {
        if (log.isBroken) throw new Error('the database is away')
        reads.push(sequence)
        const count = Math.min(limit, log.newest - sequence)
        return Array.from({ length: count }, (_, index) => event(sequence + index + 1))
      },
      watch: async (onEvents, signal) => {
        wake = onEvents
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    },
    onFailure: (error) => void failures.push(error),
  })
  return { ...{ feed, log, reads, failures }, wake: () => wake() }
}

test('who begins now reads nothing of a long past', async () => {
  const { feed, reads, log, wake } = aLog(1_000_000)
  const stop = new AbortController()
  const running = feed.run(stop.signal)
  const heard: number[] = []
  const following = feed.follow(
    null,
    ({ sequence }) => {
      heard.push(sequence)
      return true
    },
    stop.signal,
  )
  await expect.poll(() => reads).toEqual([1_000_000])
  log.newest += 2
  wake()
  await expect.poll(() => heard).toEqual([1_000_001, 1_000_002])
  stop.abort()
  await Promise.all([running, following])
})

test('who resumes hears each event once, in order, past the length of a page', async () => {
  const { feed } = aLog(1_203)
  const stop = new AbortController()
  const heard: number[] = []
  const following = feed.follow(
    3,
    ({ sequence }) => {
      heard.push(sequence)
      return true
    },
    stop.signal,
  )
  await expect.poll(() => heard.length).toBe(1_200)
  expect(heard).toEqual(Array.from({ length: 1_200 }, (_, index) => index + 4))
  stop.abort()
  await following
})

test('a listener that has fallen behind is let go at once', async () => {
  const { feed } = aLog(10)
  const heard: number[] = []
  await feed.follow(
    0,
    ({ sequence }) => {
      heard.push(sequence)
      return sequence < 4
    },
    new AbortController().signal,
  )
  expect(heard).toEqual([1, 2, 3, 4])
})

test('events that cannot be read end the stream, and are told of', async () => {
  const { feed, log, failures } = aLog(10)
  log.isBroken = true
  await feed.follow(0, () => true, new AbortController().signal)
  expect(failures).toHaveLength(1)
})
