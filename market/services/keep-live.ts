/** Writes that wait, of which only the newest of each subject matters. */
export interface LiveKeeper {
  /** Takes the place of what waits for the same subject. False where too much waits, and it is let go: it will be said again, or not. */
  keep(subject: string, write: () => Promise<void>): boolean
  /** Writes until stopped, one after another: a bid never comes before the offer that was heard before it. Never rejects. */
  run(signal: AbortSignal): Promise<void>
}

export type LiveKeeperDeps = {
  /** Told of what could not be written, and is let go. */
  readonly onFailure: (error: unknown) => void
}

/** Subjects that may wait. */
const waitingLimit = 10_000

/** Between the network, which says as much as it likes, and a database that takes its time. */
export function createLiveKeeper({ onFailure }: LiveKeeperDeps, limit = waitingLimit): LiveKeeper {
  const waiting = new Map<string, () => Promise<void>>()
  let wake = (): void => undefined

  const writeAll = async (signal: AbortSignal): Promise<void> => {
    for (const [subject, write] of waiting) {
      if (signal.aborted) return
      waiting.delete(subject)
      await write().catch(onFailure)
    }
  }

  return {
    keep: (subject, write) => {
      if (waiting.size >= limit && !waiting.has(subject)) return false
      waiting.set(subject, write)
      wake()
      return true
    },
    run: async (signal) => {
      const stopped = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      while (!signal.aborted) {
        await writeAll(signal)
        if (waiting.size > 0) continue
        const more = new Promise<void>((resolve) => {
          wake = resolve
        })
        await Promise.race([more, stopped])
      }
    },
  }
}
