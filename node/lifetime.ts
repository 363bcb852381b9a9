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

/** Terminals and npm may both pass on one Ctrl-C: what comes so soon after the first is not a second one. */
const sameSignalMs = 1_000

/**
 * Turns SIGINT, SIGTERM and the loss of a supervising process into one abort signal.
 * A second Ctrl-C, or a stop that takes too long, ends the process at once.
 */
export function createLifetime(): Lifetime {
  const controller = new AbortController()
  let stopsSince = Number.POSITIVE_INFINITY
  const stop = (): void => {
    if (controller.signal.aborted) return
    stopsSince = performance.now()
    setTimeout(() => process.exit(1), stopGraceMs).unref()
    controller.abort(new MarketError('cancelled', 'The process was asked to stop.'))
  }
  process.on('SIGINT', () => {
    if (performance.now() > stopsSince + sameSignalMs) process.exit(130)
    stop()
  })
  process.on('SIGTERM', stop)
  process.on('disconnect', stop)
  // A supervisor may have died while this process was still loading.
  const isOrphan = process.send !== undefined && !process.connected
  if (isOrphan) stop()
  return {
    signal: controller.signal,
    announce: (message) => {
      if (process.connected) process.send?.(message)
    },
    end: (code) => process.exit(code),
  }
}
