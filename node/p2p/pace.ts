import { setTimeout as delay } from 'node:timers/promises'

/** Holds whoever moves bytes to a rate. */
export type Pace = {
  readonly isLimited: boolean
  /** Resolves when so many bytes may move; those who wait are let through in turn. */
  take(bytes: number): Promise<void>
}

/** What may move at once after a pause, in milliseconds of the rate. */
const burstMs = 1_000

/** One rate for all that is moved, in bytes a second; null for none. */
export function createPace(
  bytesPerSecond: number | null,
  clock: { readonly now: () => number; readonly wait: (ms: number) => Promise<unknown> } = {
    now: () => performance.now(),
    wait: delay,
  },
): Pace {
  if (bytesPerSecond === null) return { isLimited: false, take: async () => undefined }
  /** When all that was let through will have had its time. */
  let settled = clock.now() - burstMs
  return {
    isLimited: true,
    take: async (bytes) => {
      const time = clock.now()
      settled = Math.max(settled, time - burstMs) + (1_000 * bytes) / bytesPerSecond
      if (settled > time) await clock.wait(settled - time)
    },
  }
}
