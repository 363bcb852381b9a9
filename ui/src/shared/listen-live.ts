import type { LiveListener } from './live-events.ts'
import { isReadOnly } from './read-only.ts'

/** About two blocks of the chain. */
const lookMs = 5_000

/**
 * Tells of the server's events from a moment after the page has shown itself: the answers that it shows first are as fresh as can be.
 * A node has no such events: there everything is asked for again and again. Returns what ends it.
 */
export function listenLive(listener: LiveListener): () => void {
  if (isReadOnly()) {
    const timer = setInterval(() => listener.onFresh?.(), lookMs)
    return () => clearInterval(timer)
  }
  const stop = import('./live-events.ts').then(({ liveEvents }) => liveEvents.listen(listener))
  return () => void stop.then((end) => end())
}
