import type { Lie, RpcCall } from '../lying-rpc.ts'
import { answer } from '../lying-rpc.ts'
import type { Adversary } from './stage.ts'
import { paid, settled } from './stage.ts'

/** An endpoint's lie about some of what is asked. */
const lyingAbout =
  (isMeant: (call: RpcCall) => boolean, bend: (result: Record<string, unknown>) => unknown): Lie =>
  async (call, forward) => {
    if (!isMeant(call)) return null
    const { result } = (await forward()) as { result: Record<string, unknown> }
    return answer(bend(result))
  }
const asksBlocks = ({ method }: RpcCall): boolean => method === 'block_api.get_block_range'
const withoutTransactions = (result: Record<string, unknown>): unknown => ({
  blocks: (result['blocks'] as object[]).map((block) => ({
    ...block,
    transactions: [],
    transaction_ids: [],
  })),
})

const wholeWith =
  (lie: Lie): Adversary['play'] =>
  async (stage, id) => {
    stage.liar.lie(lie)
    await settled(stage, id)
  }

/** What an RPC node can do wrong. */
export const endpointAdversaries: readonly Adversary[] = [
  {
    who: 'an RPC node lies about a block',
    play: wholeWith(lyingAbout(asksBlocks, withoutTransactions)),
    ends: paid,
  },
  {
    who: 'an RPC node lags',
    play: wholeWith(
      lyingAbout(
        ({ method }) => method === 'database_api.get_dynamic_global_properties',
        (result) => ({
          ...result,
          last_irreversible_block_num: Math.max(
            1,
            Number(result['last_irreversible_block_num']) - 5,
          ),
        }),
      ),
    ),
    ends: paid,
  },
  {
    who: 'an RPC node drops virtual operations',
    play: wholeWith(
      lyingAbout(
        ({ method }) => method === 'account_history_api.enum_virtual_ops',
        (result) => ({ ...result, ops: [] }),
      ),
    ),
    ends: paid,
  },
  {
    who: 'an RPC node sends on twice and answers twice',
    play: wholeWith(async ({ method }, forward) => {
      if (method !== 'condenser_api.broadcast_transaction') return null
      const first = JSON.stringify(await forward())
      return { type: 'body', body: first + JSON.stringify(await forward()) }
    }),
    ends: paid,
  },
]
