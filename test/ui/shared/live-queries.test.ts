import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LiveEvent, LiveListener } from '#ui/shared/live-events.ts'
import { keepQueriesLive } from '#ui/shared/live-queries.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const eventOf = (job: string, sequence = 1): LiveEvent => ({
  ...{ sequence, job, type: 'progress', phase: 'leased', fields: {}, at: '' },
})

function scene() {
  const queries = new QueryClient()
  const listeners: LiveListener[] = []
  const stop = keepQueriesLive(queries, {
    listen: (listener) => {
      listeners.push(listener)
      return () => void listeners.pop()
    },
  })
  /** Shows a query on the screen; counts how often it is asked. */
  const show = (
    name: string,
    live: readonly string[],
    ask = async (): Promise<unknown> => null,
  ) => {
    const queryFn = vi.fn(ask)
    const observer = new QueryObserver(queries, {
      ...{ queryKey: [name], queryFn, meta: { live }, staleTime: Number.POSITIVE_INFINITY },
    })
    observer.subscribe(() => undefined)
    return queryFn
  }
  const [listener] = listeners
  return {
    stop,
    show,
    listeners,
    tell: (...events: LiveEvent[]) => listener!.onEvents(events),
    fresh: () => listener!.onFresh?.(),
  }
}

test('an event asks again what is about its job, and nothing else', async () => {
  const { show, tell } = scene()
  const [one, other, all] = [show('a', ['job:a']), show('b', ['job:b']), show('all', ['jobs'])]
  await vi.advanceTimersByTimeAsync(10)
  tell(eventOf('a'))
  await vi.advanceTimersByTimeAsync(1_000)
  expect([one, other, all].map(({ mock }) => mock.calls.length)).toEqual([2, 1, 2])
})

test('a storm asks at a steady rate, and once more when it is over', async () => {
  const { show, tell } = scene()
  const asked = show('all', ['jobs'])
  await vi.advanceTimersByTimeAsync(10)
  for (let frame = 0; frame < 600; frame += 1) {
    tell(...Array.from({ length: 16 }, (_, index) => eventOf(`job-${index}`)))
    await vi.advanceTimersByTimeAsync(16)
  }
  expect(asked.mock.calls.length).toBeLessThanOrEqual(7)
  const during = asked.mock.calls.length
  await vi.advanceTimersByTimeAsync(5_000)
  expect(asked.mock.calls.length).toBe(during + 1)
})

test('what changes while an answer is on its way is asked once more', async () => {
  const { show, tell } = scene()
  let answer: (value: unknown) => void = () => undefined
  const asked = show('a', ['job:a'], () => new Promise((resolve) => (answer = resolve)))
  tell(eventOf('a'))
  await vi.advanceTimersByTimeAsync(3_000)
  expect(asked).toHaveBeenCalledTimes(1)
  answer('before the change')
  await vi.advanceTimersByTimeAsync(3_000)
  expect(asked).toHaveBeenCalledTimes(2)
})

test('a connection that resumes nothing makes everything old', async () => {
  const { show, fresh } = scene()
  const [live, still] = [show('a', ['job:a']), show('still', [])]
  await vi.advanceTimersByTimeAsync(10)
  fresh()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(live).toHaveBeenCalledTimes(2)
  expect(still).toHaveBeenCalledTimes(1)
})

test('nothing is asked after the end', async () => {
  const { stop, show, tell, listeners } = scene()
  const asked = show('a', ['job:a'])
  await vi.advanceTimersByTimeAsync(10)
  tell(eventOf('a'))
  stop()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(asked).toHaveBeenCalledTimes(1)
  expect(listeners).toEqual([])
})
