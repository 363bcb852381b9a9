import { pause } from '../chain/hive-rpc.ts'

/** Something that is done again and again, with a rest in between that can be cut short. */
export type Rounds = {
  /** The next round begins now, or at once after the one under way. */
  wake(): void
  /** Does rounds until the signal. They see to their own errors. */
  run(round: () => Promise<void>, signal: AbortSignal): Promise<void>
}

/** `restMs` in milliseconds. */
export function createRounds(restMs: number): Rounds {
  let isDue = false
  let wakeUp: () => void = () => undefined
  return {
    wake: () => {
      isDue = true
      wakeUp()
    },
    run: async (round, signal) => {
      while (!signal.aborted) {
        await round()
        const waking = new AbortController()
        wakeUp = () => waking.abort()
        if (!isDue) await pause(restMs, AbortSignal.any([signal, waking.signal]))
        isDue = false
      }
    },
  }
}
