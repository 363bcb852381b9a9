import { z } from 'zod'
import type { Accounts } from '#node/chain/accounts.ts'
import { createAccounts } from '#node/chain/accounts.ts'
import { createHiveRpc, HiveRpcOptions } from '#node/chain/hive-rpc.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import type { GossipBus, GossipOptions } from '#node/p2p/gossip-bus.ts'
import { createGossipBus } from '#node/p2p/gossip-bus.ts'
import { createGossipMeter } from '#node/p2p/gossip-meter.ts'
import type { Finding } from '#node/p2p/validators.ts'
import { createValidators } from '#node/p2p/validators.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Presence } from '#protocol/presence.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'
import { topicName, topics } from '#protocol/topics.ts'
import { time } from './builders.ts'
import type { TestHost } from './peers.ts'
import { aHost, aRegistry, connect, silent, until } from './peers.ts'
import { aRecordingLogger } from './recording-logger.ts'
import { sealed } from './sealed.ts'
import { testNetwork } from './test-chain.ts'

const { operationId } = testNetwork
/** The head block's time, of which every node here knows nothing but that. */
export const now = 1_000_000
const generous = { burst: 1_000, perSecond: 1_000, senders: 100 }

export const accountsAt = (url: string): Accounts =>
  createAccounts(
    {
      rpc: createHiveRpc(
        { logger: silent },
        HiveRpcOptions.parse({ urls: [url], chainId: devchainChainId }),
      ),
      now: Date.now,
    },
    { ttlMs: 60_000, limit: 100 },
  )

export type GossipNode = {
  readonly host: TestHost
  readonly bus: GossipBus
  readonly heard: { readonly topic: Topic; readonly message: unknown }[]
  readonly findings: () => readonly Finding[]
}

/** A node's gossip on a host, which keeps what it hears and what it finds of the rest. */
export function gossipNodeOn(
  host: TestHost,
  {
    chainAccounts,
    onPresence = () => {},
    mayAskFor = () => true,
    ...rates
  }: Partial<GossipOptions> & {
    readonly chainAccounts: Accounts
    readonly onPresence?: () => void
    readonly mayAskFor?: (account: HiveAccount) => boolean
  },
): GossipNode {
  const ledger = aRegistry()
  ledger.setTime(now)
  const logger = aRecordingLogger()
  const heard: GossipNode['heard'] = []
  const hear =
    (topic: Topic) =>
    (message: unknown): void => {
      heard.push({ topic, message })
      if (topic === 'presence') onPresence()
    }
  const validation = {
    accounts: chainAccounts,
    ledger,
    operationId,
    chainId: devchainChainId,
    mayAskFor,
  }
  const bus = createGossipBus(
    {
      host,
      meter: createGossipMeter(),
      validators: createValidators(validation),
      handlers: {
        offers: hear('offers'),
        bids: hear('bids'),
        seals: hear('seals'),
        presence: hear('presence'),
        progress: hear('progress'),
      },
      logger,
      now: Date.now,
    },
    { operationId, senderRate: generous, authorRate: generous, ...rates },
  )
  const findings = (): readonly Finding[] =>
    logger.lines
      .filter(({ message }) => message === 'gossip refused')
      .map(({ facts: { finding } }) => finding as Finding)
  return { host, bus, heard, findings }
}

export const pubsub = ({ libp2p }: TestHost) =>
  libp2p.services.pubsub as TestHost['libp2p']['services']['pubsub'] & {
    getMeshPeers(topic: string): string[]
    getScore(peer: string): number
  }

/** Nodes in a line, each of which knows its neighbours only, with their meshes grown. */
export async function aLine(...nodes: readonly GossipNode[]): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    const next = nodes[index + 1]
    if (next) await connect(node.host, next.host)
  }
  const names = (Object.keys(topics) as Topic[]).map((topic) => topicName(operationId, topic))
  await until(() =>
    nodes.every(({ host }, index) => {
      const neighbours = index === 0 || index === nodes.length - 1 ? 1 : 2
      return names.every((name) => pubsub(host).getMeshPeers(name).length >= neighbours)
    }),
  )
}

/** A peer that sends whatever it likes. */
export async function anAttackerOf(node: GossipNode) {
  const host = await aHost()
  for (const topic of Object.keys(topics) as Topic[])
    pubsub(host).subscribe(topicName(operationId, topic))
  await connect(host, node.host)
  const progress = topicName(operationId, 'progress')
  await until(
    () =>
      pubsub(host).getSubscribers(progress).length > 0 &&
      pubsub(node.host)
        .getSubscribers(progress)
        .some((peer) => peer.equals(host.libp2p.peerId)),
  )
  return {
    host,
    send: (topic: Topic, data: Uint8Array) =>
      pubsub(host).publish(topicName(operationId, topic), data),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  }
}

export const encode = <T extends Topic>(topic: T, message: TopicMessage<T>): Buffer =>
  Buffer.from(JSON.stringify(z.encode(topics[topic] as z.ZodType, message)))

export const presenceOf = (who: HiveAccount, overrides: Partial<Presence> = {}): Presence => ({
  v: 1,
  type: 'presence',
  account: who,
  at: time(now),
  freeSlots: 1,
  ...overrides,
})

export const sealedBy = (
  who: string,
  body: Presence,
  by?: Parameters<typeof sealed>[2],
): TopicMessage<'presence'> => sealed(who, body, by)
