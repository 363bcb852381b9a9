export type RateLimitOptions = {
  /** Messages a sender may have in store after a pause, and those it gains each second. */
  readonly burst: number
  readonly perSecond: number
  /** Senders remembered; the longest silent are forgotten first. */
  readonly senders: number
}

/** A token bucket for each sender: true while it is within its rate. */
export function createRateLimit(
  now: () => number,
  { burst, perSecond, senders }: RateLimitOptions,
): (sender: string) => boolean {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return (sender) => {
    const time = now()
    const known = buckets.get(sender)
    const gained = known ? ((time - known.at) / 1_000) * perSecond : 0
    const tokens = Math.min(burst, (known?.tokens ?? burst) + gained)
    buckets.delete(sender)
    const [oldest] = buckets.keys()
    if (buckets.size >= senders && oldest !== undefined) buckets.delete(oldest)
    buckets.set(sender, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: time })
    return tokens >= 1
  }
}
