import { MarketError } from '#market/errors.ts'

/** How long a process may take to stop by itself before it is ended. */
const stopGraceMs = 15_000

/** One process's life: its signal aborts when it has to stop, whoever wants that. */
export type Lifetime = {
  readonly signal: AbortSignal
  /** Tells a supervising process that this one is up. Without a supervisor it does nothing. */
  announce(message: Readonly<Record<string, unknown>>): void
  /** Ends the process once everything is put away: timers of libraries that linger on are not waited for. */
  end(code: number): never
}

/**
 * Turns SIGINT, SIGTERM and the loss of a supervising process into one abort signal.
 * A second SIGINT, or a stop that takes too long, ends the process at once.
 */
export function createLifetime(): Lifetime {
  const controller = new AbortController()
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(new MarketError('cancelled', 'The process was asked to stop.'))
    setTimeout(() => process.exit(1), stopGraceMs).unref()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  if (process.connected) process.on('disconnect', stop)
  return {
    signal: controller.signal,
    announce: (message) => {
      if (process.connected) process.send?.(message)
    },
    end: (code) => process.exit(code),
  }
}
