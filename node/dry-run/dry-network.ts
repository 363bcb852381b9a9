import type { MarketNetwork } from '#market/ports/market-network.ts'
import { formatHbd } from '#protocol/amount.ts'
import type { Acknowledged, CallRequest, CallResponse, Verb } from '#protocol/calls.ts'
import type { HiveAccount } from '#protocol/ids.ts'

/** Hears the market and says nothing to it: what would have been said and binds this node is printed. */
export function createDryNetwork(
  network: MarketNetwork,
  print: (line: string) => void,
): MarketNetwork {
  return {
    ...network,
    publish: async () => undefined,
    call: async <V extends Verb>(
      account: HiveAccount,
      _verb: V,
      request: CallRequest<V>,
    ): Promise<CallResponse<V>> => {
      if ('body' in request && request.body.type === 'bid') {
        const { job, price, readyBy } = request.body
        const ready = new Date(readyBy * 1_000).toISOString()
        print(`bid to @${account} for ${job}: ${formatHbd(price)}, ready by ${ready}`)
      }
      const answer: Acknowledged = { accepted: false, reason: 'this is a dry run' }
      // Every verb is answered so, which the compiler cannot see of a verb that it does not know.
      return answer as CallResponse<V>
    },
  }
}
