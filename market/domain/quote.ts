import type { NodeRecord } from '#contracts/registry.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Ladder } from '#protocol/ladder.ts'
import { frameGrid } from './offer-terms.ts'
import { ladderPrice } from './pricing.ts'

export type Quote = {
  /** How many have a price for all of it. */
  readonly encoders: number
  readonly asks: {
    readonly low: MilliHbd
    readonly median: MilliHbd
    readonly high: MilliHbd
  } | null
  readonly arbiters: readonly { readonly account: HiveAccount; readonly fee: MilliHbd }[]
}

/** As fine as a length is ever told: milliseconds. */
const framesPerSecond = 1_000

/** What the registered nodes would ask for a ladder by their own price lists, and the arbiters among them, the cheapest first. */
export function quoteOf(
  nodes: Iterable<NodeRecord>,
  { ladder, seconds }: { readonly ladder: Ladder; readonly seconds: number },
): Quote {
  const active = [...nodes].filter(({ phase }) => phase === 'active')
  const rate = { numerator: framesPerSecond, denominator: 1 }
  const grid = frameGrid(rate, Math.max(1, Math.round(seconds * framesPerSecond)), 0)
  const asks = active
    .flatMap(({ roles, encoder }) => (roles.includes('encoder') && encoder ? [encoder.prices] : []))
    .map((prices) => ladderPrice(prices, { ladder, grid }))
    .filter((price) => price !== null)
    .sort(byAmount)
  const [low, high] = [asks[0], asks.at(-1)]
  const median = asks[Math.floor((asks.length - 1) / 2)]
  return {
    encoders: asks.length,
    asks:
      low === undefined || median === undefined || high === undefined
        ? null
        : { low, median, high },
    arbiters: arbitersOf(active),
  }
}

/** Active arbiters, the cheapest first and then by name, so that everybody gets the same list. */
export function arbitersOf(nodes: Iterable<NodeRecord>): Quote['arbiters'] {
  return [...nodes]
    .flatMap(({ phase, roles, account, arbiter }) =>
      phase === 'active' && roles.includes('arbiter') && arbiter
        ? [{ account, fee: arbiter.fee }]
        : [],
    )
    .sort((left, right) => byAmount(left.fee, right.fee) || (left.account < right.account ? -1 : 1))
}

function byAmount(left: MilliHbd, right: MilliHbd): number {
  return Number(left > right) - Number(left < right)
}
