import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLiveEvents } from '#ui/shared/live-events.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('requestAnimationFrame', (call: () => void) => setTimeout(call, 16))
  vi.stubGlobal('cancelAnimationFrame', clearTimeout)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const textOf = (sequence: number): string => {
  const said = { sequence, job: 'a', type: 'progress', phase: 'leased', fields: {}, at: '' }
  return `id: ${sequence}\nevent: progress\ndata: ${JSON.stringify(said)}\n\n`
}

/** A server whose connections the test holds: each as it was asked for, to write to and to cut. */
function server() {
  const connections: {
    readonly after: string | null
    readonly send: (text: string) => void
    readonly cut: () => void
  }[] = []
  const open: typeof fetch = async (_, init) => {
    const { readable, writable } = new TransformStream<Uint8Array>()
    const writer = writable.getWriter()
    init?.signal?.addEventListener('abort', () => void writer.abort().catch(() => undefined))
    connections.push({
      after: new Headers(init?.headers).get('last-event-id'),
      send: (text) => void writer.write(new TextEncoder().encode(text)).catch(() => undefined),
      cut: () => void writer.abort(new Error('cut')).catch(() => undefined),
    })
    return new Response(readable)
  }
  return { open, connections }
}

test('a cut connection resumes after the last event, and nothing is lost or told twice', async () => {
  const { open, connections } = server()
  const events = createLiveEvents(open)
  const seen: number[] = []
  const fresh = vi.fn()
  events.listen({
    onEvents: (batch) => void seen.push(...batch.map(({ sequence }) => sequence)),
    onFresh: fresh,
  })
  await vi.advanceTimersByTimeAsync(20)
  connections[0]!.send(textOf(1) + textOf(2))
  await vi.advanceTimersByTimeAsync(20)
  connections[0]!.cut()
  await vi.advanceTimersByTimeAsync(1_500)
  expect(connections.map(({ after }) => after)).toEqual([null, '2'])
  connections[1]!.send(textOf(3))
  await vi.advanceTimersByTimeAsync(300)
  expect(seen).toEqual([1, 2, 3])
  expect(fresh).toHaveBeenCalledOnce()
})

test('events of one frame are handed over together', async () => {
  const { open, connections } = server()
  const batches: number[] = []
  createLiveEvents(open).listen({ onEvents: (batch) => void batches.push(batch.length) })
  await vi.advanceTimersByTimeAsync(20)
  connections[0]!.send(Array.from({ length: 500 }, (_, index) => textOf(index + 1)).join(''))
  await vi.advanceTimersByTimeAsync(300)
  expect(batches).toEqual([500])
})

test('what is no event is passed over, and what follows is heard', async () => {
  const { open, connections } = server()
  const seen: number[] = []
  createLiveEvents(open).listen({
    onEvents: (batch) => void seen.push(...batch.map(({ sequence }) => sequence)),
  })
  await vi.advanceTimersByTimeAsync(20)
  connections[0]!.send(`data: no JSON\n\ndata: {"sequence":"1"}\n\n${textOf(2)}`)
  await vi.advanceTimersByTimeAsync(300)
  expect(seen).toEqual([2])
  expect(connections).toHaveLength(1)
})

test('a server out of reach is tried ever more seldom, and at once when the network is back', async () => {
  const asked: number[] = []
  const events = createLiveEvents(async () => {
    asked.push(Date.now())
    throw new TypeError('no network')
  })
  events.listen({ onEvents: () => undefined })
  await vi.advanceTimersByTimeAsync(40_000)
  const gaps = asked.slice(1).map((at, index) => at - asked[index]!)
  expect(gaps).toEqual([2_000, 4_000, 8_000, 15_000])
  expect(events.state()).toBe('lost')
  window.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(10)
  expect(asked).toHaveLength(6)
})

test('the connection is one for all listeners, and ends with the last', async () => {
  const { open, connections } = server()
  const events = createLiveEvents(open)
  const heard = vi.fn()
  const stops = [events.listen({ onEvents: heard }), events.listen({ onEvents: () => undefined })]
  await vi.advanceTimersByTimeAsync(20)
  for (const stop of stops) stop()
  connections[0]!.send(textOf(1))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(connections).toHaveLength(1)
  expect(heard).not.toHaveBeenCalled()
})
