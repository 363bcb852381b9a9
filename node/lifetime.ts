import { MarketError } from '#market/errors.ts'

/** How long a process may take to stop by itself before it is ended. */
const stopGraceMs = 15_000

/** What a shell reports of a program that Ctrl-C ended. */
export const interrupted = 130

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

export type LifetimeOptions = {
  /**
   * Says whether the supervisor is any program, which holds this one's standard input and reads its standard output: closing the one,
   * or dying, stops this process, on systems too that have no signals; announcements are lines of JSON on the other.
   */
  readonly isSupervised?: boolean
}

/**
 * Turns SIGINT, SIGTERM and the loss of a supervising process into one abort signal.
 * A second Ctrl-C, or a stop that takes too long, ends the process at once.
 */
export function createLifetime({ isSupervised = false }: LifetimeOptions = {}): Lifetime {
  const controller = new AbortController()
  let stopsSince = Number.POSITIVE_INFINITY
  const stop = (): void => {
    if (controller.signal.aborted) return
    stopsSince = performance.now()
    setTimeout(() => process.exit(1), stopGraceMs).unref()
    controller.abort(new MarketError('cancelled', 'The process was asked to stop.'))
  }
  process.on('SIGINT', () => {
    if (performance.now() > stopsSince + sameSignalMs) process.exit(interrupted)
    stop()
  })
  process.on('SIGTERM', stop)
  process.on('disconnect', stop)
  // A supervisor may have died while this process was still loading.
  const isOrphan = process.send !== undefined && !process.connected
  if (isOrphan) stop()
  if (isSupervised) {
    process.stdin.on('error', stop).on('end', stop).resume()
    process.stdout.on('error', stop)
  }
  return {
    signal: controller.signal,
    announce: (message) => {
      if (isSupervised) process.stdout.write(`${JSON.stringify(message)}\n`)
      if (process.connected) process.send?.(message)
    },
    end: (code) => process.exit(code),
  }
}
