import type { Logger } from './logger.ts'

export type Ticker = {
  /** Asks for a round soon; many calls before it begins are one. */
  tick(): void
  /** Runs a round when asked, and every second besides, one at a time, until stopped. A round that fails is logged; the next one tries again. */
  run(round: () => Promise<void>, signal: AbortSignal): Promise<void>
}

const everyMs = 1_000

/** The heartbeat of a node: whatever may have changed something ticks, and one round looks at everything. */
export function createTicker(logger: Logger): Ticker {
  let isDue = true
  let wake: () => void = () => undefined
  const tick = (): void => {
    isDue = true
    wake()
  }
  const untilDue = async (signal: AbortSignal): Promise<void> => {
    if (isDue || signal.aborted) return
    await new Promise<void>((resolve) => {
      wake = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
  return {
    tick,
    run: async (round, signal) => {
      const timer = setInterval(tick, everyMs)
      while (!signal.aborted) {
        await untilDue(signal)
        isDue = false
        if (signal.aborted) break
        await round().catch((error: unknown) => logger.error('round failed', {}, error))
      }
      clearInterval(timer)
    },
  }
}
