const firstDelayMs = 1_000
const longestDelayMs = 60_000

/** Milliseconds to wait after so many failures in a row: doubling, up to a minute. */
export function exponentialDelay(failures: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 20))
}

/**
 * As {@link exponentialDelay}, shortened by up to a half, so that what failed together does not come back together.
 * `random` is from 0 to below 1.
 */
export function jitteredDelay(failures: number, random: number): number {
  return Math.round(exponentialDelay(failures) * (1 - random / 2))
}
