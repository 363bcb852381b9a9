const firstDelayMs = 1_000
const longestDelayMs = 60_000

/** Milliseconds to wait after so many failures in a row: doubling, up to a minute. */
export function exponentialDelay(failures: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 20))
}
