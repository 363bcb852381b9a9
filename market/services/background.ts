import { exponentialDelay } from '../domain/retry.ts'

export type BackgroundWork = {
  /** Starts a piece of work unless it is running already or resting after a failure. */
  start(
    key: string,
    work: (signal: AbortSignal) => Promise<void>,
    onFailure?: (error: unknown, failures: number) => void,
  ): void
  /** Ends a piece of work; its promise is awaited before the next of its key starts. */
  stop(key: string): void
  /** Ends everything and waits for it. */
  [Symbol.asyncDispose](): Promise<void>
}

export type BackgroundOptions = {
  /** Called when any piece of work failed; it is started again by the next call after a growing pause. */
  readonly onFailure: (key: string, error: unknown, failures: number) => void
  readonly now: () => number
}

/**
 * Long work that runs beside the job steps, at most once per key.
 * It keeps nothing itself: after a crash the steps start it again, and what it had finished is found in the stores.
 */
export function createBackground({ onFailure, now }: BackgroundOptions): BackgroundWork {
  const running = new Map<
    string,
    { readonly abort: AbortController; readonly done: Promise<void> }
  >()
  const resting = new Map<string, { readonly failures: number; readonly until: number }>()

  const run = async (
    key: string,
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<unknown> => {
    try {
      await work(signal)
      resting.delete(key)
      return null
    } catch (error) {
      return signal.aborted ? null : error
    } finally {
      running.delete(key)
    }
  }

  const rest = (key: string, error: unknown): number => {
    const failures = (resting.get(key)?.failures ?? 0) + 1
    resting.set(key, { failures, until: now() + exponentialDelay(failures) })
    onFailure(key, error, failures)
    return failures
  }

  return {
    start: (key, work, onOwnFailure) => {
      if (running.has(key) || (resting.get(key)?.until ?? 0) > now()) return
      const abort = new AbortController()
      const done = run(key, work, abort.signal).then((error) => {
        if (error === null) return
        const failures = rest(key, error)
        onOwnFailure?.(error, failures)
      })
      running.set(key, { abort, done })
    },
    stop: (key) => running.get(key)?.abort.abort(),
    [Symbol.asyncDispose]: async () => {
      for (const { abort } of running.values()) abort.abort()
      await Promise.all([...running.values()].map(({ done }) => done))
    },
  }
}
