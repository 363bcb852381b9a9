import type { Pool } from 'pg'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible'
import type { RateLimit } from '../../ports/rate-limit.ts'

/** One count for all processes that share the database; where that does not answer, each counts for itself. */
export function createSharedLimiter(pool: Pool) {
  return (name: string, { requests, seconds }: RateLimit): RateLimiterAbstract => {
    const terms = { keyPrefix: name, points: requests, duration: seconds }
    return new RateLimiterPostgres({
      ...{ ...terms, storeClient: pool, storeType: 'pool' },
      ...{ tableName: 'rate_limits', tableCreated: true },
      insuranceLimiter: new RateLimiterMemory(terms),
    })
  }
}
