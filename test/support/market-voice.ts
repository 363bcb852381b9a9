import { multiaddr } from '@multiformats/multiaddr'
import { z } from 'zod'
import { customJson } from '#market/domain/hive-operations.ts'
import { signTransaction } from '#node/chain/transactions.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import { formatChainTime, parseChainTime } from '#protocol/ids.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'
import { topicName, topics } from '#protocol/topics.ts'
import { aBid, anOffer, hbd, jobId, time } from './builders.ts'
import { encode, pubsub } from './gossip-node.ts'
import { aHost, until } from './peers.ts'
import { sealed } from './sealed.ts'
import { testNetwork } from './test-chain.ts'

const { operationId } = testNetwork

/** A peer that says what it likes to one node of a development chain. */
export type MarketVoice = AsyncDisposable & {
  /** Says an offer that no encoder of the market would bid for; each with a number of its own. */
  offer(creator: HiveAccount, number: number): Promise<JobId>
  bid(encoder: HiveAccount, job: JobId, price: bigint): Promise<void>
}

export async function aMarketVoice(
  addresses: readonly string[],
  rpc: string,
): Promise<MarketVoice> {
  const host = await aHost()
  const names = (Object.keys(topics) as Topic[]).map((topic) => topicName(operationId, topic))
  for (const name of names) pubsub(host).subscribe(name)
  await host.libp2p.dial(addresses.map((address) => multiaddr(address)))
  await until(() => names.every((name) => pubsub(host).getSubscribers(name).length > 0))
  const say = async <T extends Topic>(topic: T, message: TopicMessage<T>): Promise<void> =>
    void (await pubsub(host).publish(topicName(operationId, topic), encode(topic, message)))
  return {
    offer: async (creator, number) => {
      const now = await headTime(rpc)
      const job = jobId(creator, number)
      const bidsUntil = time(now + 60)
      const operation = {
        ...anOffer({ job, ceiling: hbd(1n), bidsUntil }),
        deliverBy: time(now + 900),
      }
      const transaction = signTransaction(
        {
          ...{ ref_block_num: 1, ref_block_prefix: 1, extensions: [] },
          expiration: formatChainTime(bidsUntil),
          operations: [customJson(operationId, creator, operation)],
        },
        [devchainKey(creator, 'posting')],
        devchainChainId,
      )
      await say('offers', { v: 1, type: 'announcement', announcedAt: now, transaction })
      return job
    },
    bid: async (encoder, job, price) => {
      const now = await headTime(rpc)
      const [readyBy, expires] = [time(now + 600), time(now + 300)]
      await say(
        'bids',
        sealed(encoder, aBid({ job, encoder, price: hbd(price), readyBy, expires })),
      )
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  }
}

const Head = z.object({ result: z.object({ time: z.string() }) })

async function headTime(rpc: string) {
  const call = { jsonrpc: '2.0', id: 1, method: 'condenser_api.get_dynamic_global_properties' }
  const body = JSON.stringify({ ...call, params: [] })
  const answer = await fetch(rpc, { method: 'POST', body })
  return parseChainTime(Head.parse(await answer.json()).result.time)
}
