import type { Job } from '#contracts/job.ts'
import { framesAsked } from '#protocol/range.ts'

/** What a column of 63 bits and a sign can hold. */
export const mostCounted = 2n ** 63n - 1n

/** Milli-HBD for a minute of the video, rounded down. An offer of a single frame may come to more than is counted. */
export function pricePerMinute({
  award,
  offer: { grid },
}: Extract<Job, { award: unknown }>): bigint {
  const { numerator, denominator } = grid.rate
  const perMinute =
    (award.price * 60n * BigInt(numerator)) / (BigInt(framesAsked(grid)) * BigInt(denominator))
  return perMinute < mostCounted ? perMinute : mostCounted
}

/** How long the video is, rounded down. An offer may speak of more than any number holds. */
export function videoMilliseconds({ offer: { grid } }: Pick<Job, 'offer'>): number {
  const { numerator, denominator } = grid.rate
  const whole = (BigInt(framesAsked(grid)) * 1_000n * BigInt(denominator)) / BigInt(numerator)
  return Number(whole < longest ? whole : longest)
}

const longest = BigInt(Number.MAX_SAFE_INTEGER)
