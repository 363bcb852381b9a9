import { QueryClient } from '@tanstack/react-query'
import { CallError } from '#protocol/client.ts'

const tries = 3
const longestPauseMs = 30_000

/** Waits as long as the server asks, else ever longer. */
export function pauseBefore(attempt: number, error: Error): number {
  const asked = error instanceof CallError ? error.retryAfterSeconds : null
  return Math.min(asked === null ? 1_000 * 2 ** attempt : asked * 1_000, longestPauseMs)
}

/** Asking again helps only where the server was out of reach, overrun or broken. */
export function isWorthAnother(failures: number, error: Error): boolean {
  if (!(error instanceof CallError) || failures >= tries) return false
  return error.status === 0 || error.status === 429 || error.status >= 500
}

/** Answers of the server, kept for all pages. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 2_000, retry: isWorthAnother, retryDelay: pauseBefore },
    },
  })
}
