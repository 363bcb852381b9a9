import type { RegistryView } from '#market/ports/ledger-view.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { RateLimitOptions } from './rate-limit.ts'
import { createRateLimit } from './rate-limit.ts'

/** Messages of accounts that run no node, of all of them together. */
const strangerRate: RateLimitOptions = { burst: 100, perSecond: 10, senders: 1 }

/**
 * Whether an account's keys may be asked for now. Whoever runs a node has paid for its registration; all other names cost nothing, and
 * without a limit anybody could have every node of the market ask the chain for names that he makes up.
 */
export function createStrangerLimit(
  { ledger, now }: { readonly ledger: RegistryView; readonly now: () => number },
  rate: RateLimitOptions = strangerRate,
): (account: HiveAccount) => boolean {
  const isWithinRate = createRateLimit(now, rate)
  return (account) => ledger.current().nodes.has(account) || isWithinRate('strangers')
}
