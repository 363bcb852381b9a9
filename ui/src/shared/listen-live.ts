import type { LiveListener } from './live-events.ts'

/**
 * Tells of the server's events from a moment after the page has shown itself: the answers that it shows first are as fresh as can be.
 * Returns what ends it.
 */
export function listenLive(listener: LiveListener): () => void {
  const stop = import('./live-events.ts').then(({ liveEvents }) => liveEvents.listen(listener))
  return () => void stop.then((end) => end())
}
