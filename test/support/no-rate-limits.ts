import type { RateLimits } from '#market/api/rate-limits.ts'

/** Nobody waits for a limit unless the test is about limits. */
export const noRateLimits: RateLimits = {
  address: { requests: 1_000_000, seconds: 1 },
  account: { requests: 1_000_000, seconds: 1 },
  costly: { requests: 1_000_000, seconds: 1 },
}
