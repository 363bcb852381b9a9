import { z } from 'zod'

/**
 * What the indexer tells of a job, as far as every page needs it; the rest is the server's answer to whoever asks again. Words of later
 * versions of the server are let in: whoever does not know them passes them over.
 */
const LiveEvent = z.object({
  sequence: z.int(),
  job: z.string(),
  type: z.string(),
  phase: z.string(),
  fields: z.record(z.string(), z.unknown()),
  at: z.string(),
})
export type LiveEvent = Readonly<z.infer<typeof LiveEvent>>

type LiveState = 'connecting' | 'live' | 'lost'

export type LiveListener = {
  /** What came since the frame before, in order. */
  readonly onEvents: (events: readonly LiveEvent[]) => void
  /** Connected without a number to resume from: what happened before is known only to whoever asks anew. */
  readonly onFresh?: () => void
}

export type LiveEvents = ReturnType<typeof createLiveEvents>

const path = '/api/encoding/events'
const shortestPauseMs = 1_000
const longestPauseMs = 15_000
/** Tabs that nobody sees draw no frames; theirs are this far apart. */
const frameMs = 250

/**
 * The page's one connection to the indexer's events. It opens with the first listener, comes back with the last number it saw, so that
 * nothing is lost in between, and hands over what came once for each frame that is drawn.
 */
export function createLiveEvents(open: typeof fetch = (...asked) => fetch(...asked)) {
  const listeners = new Set<LiveListener>()
  const watchers = new Set<() => void>()
  let state: LiveState = 'connecting'
  let last: number | null = null
  let waiting: LiveEvent[] = []
  let running: AbortController | null = null

  const become = (next: LiveState): void => {
    if (state === next) return
    state = next
    for (const changed of watchers) changed()
  }
  const hand = (): void => {
    const events = waiting
    waiting = []
    for (const { onEvents } of listeners) onEvents(events)
  }
  const take = (event: LiveEvent): void => {
    last = event.sequence
    if (waiting.push(event) === 1) onNextFrame(hand)
  }
  const read = async (signal: AbortSignal): Promise<void> => {
    // Nothing that a page shows first waits for it.
    const { EventSourceParserStream } = await import('eventsource-parser/stream')
    const headers: HeadersInit = last === null ? {} : { 'last-event-id': String(last) }
    const { ok, body } = await open(path, { signal, headers })
    if (!ok || !body) throw new Error('no events')
    become('live')
    if (last === null) for (const { onFresh } of listeners) onFresh?.()
    const messages = body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream())
      .getReader()
    for (;;) {
      const { done, value } = await messages.read()
      if (done) return
      const event = eventIn(value.data)
      if (event) take(event)
    }
  }
  const run = async (signal: AbortSignal): Promise<void> => {
    let pauseMs = shortestPauseMs
    while (!signal.aborted) {
      const before = last
      await read(signal).catch(() => undefined)
      if (signal.aborted) return
      become('lost')
      pauseMs = last === before ? Math.min(pauseMs * 2, longestPauseMs) : shortestPauseMs
      await pause(pauseMs, signal)
    }
  }
  return {
    /** Tells of all events from now on. Returns what ends it. */
    listen(listener: LiveListener): () => void {
      listeners.add(listener)
      if (!running) {
        running = new AbortController()
        void run(running.signal)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        running?.abort()
        running = null
      }
    },
    state: (): LiveState => state,
    watch(changed: () => void): () => void {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
  }
}

/** Null for what is none: the next one may be, and the connection is none the worse. */
function eventIn(text: string): LiveEvent | null {
  try {
    return LiveEvent.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function onNextFrame(call: () => void): void {
  const once = (): void => {
    clearTimeout(timer)
    cancelAnimationFrame(frame)
    call()
  }
  const timer = setTimeout(once, frameMs)
  const frame = requestAnimationFrame(once)
}

/** Ends early where the browser is online again. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    const options = { once: true, signal }
    signal.addEventListener('abort', () => resolve(), { once: true })
    window.addEventListener('online', () => resolve(), options)
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  })
}

/** The page's own. */
export const liveEvents = createLiveEvents()
