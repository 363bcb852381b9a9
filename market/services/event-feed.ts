import type { EncodingEvent, JobScheduler } from '../ports/job-scheduler.ts'

export type EventFeed = {
  /**
   * Tells every event after a sequence (null: from now on), then each new one, until the signal. Resolves early when the
   * listener answers false, because it has fallen behind, or when events cannot be read: it comes back with the last sequence
   * that it saw. Never rejects.
   */
  follow(
    after: number | null,
    listener: (event: EncodingEvent) => boolean,
    signal: AbortSignal,
  ): Promise<void>
  /** Looks for events until stopped. Never rejects. */
  run(signal: AbortSignal): Promise<void>
}

export type EventFeedDeps = {
  readonly scheduler: Pick<JobScheduler, 'allEventsAfter' | 'newestEvent' | 'watch'>
  /** Told of events that could not be read. */
  readonly onFailure: (error: unknown) => void
}

const pageLength = 500

/** One watch on the database for all listeners of this process; each reads from where it is. */
export function createEventFeed({ scheduler, onFailure }: EventFeedDeps): EventFeed {
  const waiting = new Set<() => void>()
  const wake = (): void => {
    const woken = [...waiting]
    waiting.clear()
    for (const each of woken) each()
  }
  const woken = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      waiting.add(done)
      signal.addEventListener('abort', done, { once: true })
    })

  const tell: EventFeed['follow'] = async (after, listener, signal) => {
    let last = after ?? (await scheduler.newestEvent())
    while (!signal.aborted) {
      // Asked for before reading, so that what comes in between is not missed.
      const more = woken(signal)
      const events = await scheduler.allEventsAfter(last, pageLength)
      for (const event of events) {
        last = event.sequence
        if (!listener(event)) return
      }
      if (events.length < pageLength) await more
    }
  }
  return {
    follow: (after, listener, signal) => tell(after, listener, signal).catch(onFailure),
    run: async (signal) => {
      await scheduler.watch(wake, signal)
      wake()
    },
  }
}
