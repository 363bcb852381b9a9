import { z } from 'zod'
import type { Chain } from '../chain/chain.ts'
import type { Api } from './method.ts'
import { named } from './method.ts'

/** `max_block_age` is not looked at: the chain's time need not be the clock's. */
const Broadcast = z.object({ trx: z.unknown() })

export function createNetworkBroadcastApi({ chain }: { readonly chain: Chain }): Api {
  return {
    broadcast_transaction: named(Broadcast, ({ trx }) => {
      chain.broadcast(trx)
      return {}
    }),
  }
}
