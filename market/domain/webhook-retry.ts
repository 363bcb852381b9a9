const firstDelayMs = 10_000
const growth = 3
const longestDelayMs = 6 * 3_600_000
/** Part of a delay that chance takes off, so that what failed together is not tried together. */
const jitter = 0.2

/** Tries of one delivery before it is given up; their delays add up to 27 hours at the most. */
export const triesAllowed = 12

/** Milliseconds to wait after so many tries; `luck` is from 0 to 1. */
export function webhookRetryDelayMs(tries: number, luck: number): number {
  const longest = Math.min(longestDelayMs, firstDelayMs * growth ** Math.min(tries - 1, 20))
  return Math.round(longest * (1 - jitter * luck))
}
