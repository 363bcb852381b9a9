import { parseArgs } from 'node:util'
import { createAccounts } from '#node/chain/accounts.ts'
import { createHiveRpc, HiveRpcOptions } from '#node/chain/hive-rpc.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { createGossipBus } from '#node/p2p/gossip-bus.ts'
import { createGossipMeter } from '#node/p2p/gossip-meter.ts'
import { createValidators } from '#node/p2p/validators.ts'
import type { TopicMessage } from '#protocol/topics.ts'
import { topicName, topicNames } from '#protocol/topics.ts'
import { aBid, account, jobId, time } from '../support/builders.ts'
import { aDevchain } from '../support/devchain.ts'
import { encode } from '../support/gossip-node.ts'
import type { TestHost } from '../support/peers.ts'
import { aHost, aRegistry, connect, silent, until } from '../support/peers.ts'
import { sealed } from '../support/sealed.ts'
import { testNetwork } from '../support/test-chain.ts'

/**
 * One network of peers on loopback in a process of its own: joined by our gossip bus (`ours`), or by gossipsub alone on the same
 * hosts (`bare`). Prints its figures as one line of JSON.
 */

const { values } = parseArgs({
  options: {
    kind: { type: 'string' },
    peers: { type: 'string' },
    messages: { type: 'string' },
  },
})
const [count, messages] = [Number(values.peers), Number(values.messages)]
const { operationId } = testNetwork
const now = 1_000_000
const authors = Array.from({ length: 10 }, (_, index) => `encoder-${index}`)
/** Messages under way at a time while throughput is measured; more would only wait in queues. */
const window = 20
/** Those whose way is timed are sent alone, so that what is measured is their way and not their turn. */
const timed = 60

const bids = Array.from({ length: messages + timed }, (_, index) => {
  const author = authors[index % authors.length] ?? 'encoder-0'
  const bid = { job: jobId('alice', index + 1), encoder: account(author), expires: time(now + 600) }
  return sealed(author, aBid(bid))
})

await using stack = new AsyncDisposableStack()
const devchain = stack.use(
  await aDevchain({ accounts: Object.fromEntries(authors.map((name) => [name, {}])) }),
)
const hosts: TestHost[] = []
for (let index = 0; index < count; index += 1) hosts.push(stack.use(await aHost()))

/** Told of every message that a peer hears. */
let onHeard = (): void => undefined
const publish = hosts.map(values.kind === 'ours' ? joinOurs : joinBare)

// A ring, so that all are joined, and five more each at fixed distances: what a mesh of six is grown from.
for (const [index, host] of hosts.entries())
  for (const distance of [1, 2, 3, 5, 8, 13].filter((each) => each < count / 2 || each === 1))
    await connect(host, hosts[(index + distance) % count] ?? host)
const name = topicName(operationId, 'bids')
await until(() =>
  hosts.every(({ libp2p }) => {
    const { pubsub } = libp2p.services
    const mesh = (pubsub as typeof pubsub & { getMeshPeers(topic: string): string[] }).getMeshPeers(
      name,
    )
    return mesh.length >= Math.min(4, count - 1)
  }),
)

/** Sends messages in turns from each peer and resolves when all others have heard each, or when nothing more comes. */
async function send(from: number, to: number, atOnce: number): Promise<readonly number[]> {
  const delays: number[] = []
  let sent = from
  let heard = 0
  const starts: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const next = (): void => {
    while (sent < to && sent - from - Math.floor(heard / (count - 1)) < atOnce) {
      const message = bids[sent]
      if (message) void publish[sent % count]?.(message)
      starts.push(performance.now())
      sent += 1
    }
  }
  let last = performance.now()
  onHeard = () => {
    last = performance.now()
    delays.push(last - (starts[atOnce === 1 ? starts.length - 1 : 0] ?? last))
    heard += 1
    if (heard === (to - from) * (count - 1)) resolve()
    next()
  }
  next()
  const watch = setInterval(() => {
    if (performance.now() - last > 10_000) resolve()
  }, 1_000)
  await promise
  clearInterval(watch)
  return delays
}

// The first messages wait for keys of accounts and for compilers; nobody is measured by them.
await send(0, Math.floor(messages / 5), window)
const [cpu, wall] = [process.cpuUsage(), performance.now()]
const delivered = (await send(Math.floor(messages / 5), messages, window)).length
const { user, system } = process.cpuUsage(cpu)
const seconds = (performance.now() - wall) / 1_000
const delays = await send(messages, messages + timed, 1)
process.stdout.write(
  `${JSON.stringify({
    delivered,
    lost: (messages - Math.floor(messages / 5)) * (count - 1) - delivered,
    seconds,
    cpuSeconds: (user + system) / 1_000_000,
    delays,
    residentBytes: process.memoryUsage().rss,
  })}\n`,
)

function joinOurs(host: TestHost): (bid: TopicMessage<'bids'>) => Promise<void> {
  const ledger = aRegistry()
  ledger.setTime(now)
  const rpc = createHiveRpc(
    { logger: silent },
    HiveRpcOptions.parse({ urls: [devchain.url], chainId: devchainChainId }),
  )
  const accounts = createAccounts({ rpc, now: Date.now }, { ttlMs: 600_000, limit: 100 })
  // A rate that never refuses: what is measured is how fast messages are judged, not how few are let in.
  const rate = { burst: 1_000_000, perSecond: 1_000_000, senders: 1_000 }
  const bus = createGossipBus(
    {
      host,
      meter: createGossipMeter(),
      validators: createValidators({
        ...{ accounts, ledger, operationId, chainId: devchainChainId },
        mayAskFor: () => true,
      }),
      handlers: { bids: () => onHeard() },
      logger: silent,
      now: Date.now,
    },
    { operationId, senderRate: rate, authorRate: rate },
  )
  return (bid) => bus.publish('bids', bid)
}

function joinBare({ libp2p }: TestHost): (bid: TopicMessage<'bids'>) => Promise<void> {
  const { pubsub } = libp2p.services
  // All topics of the market, as our bus does: each has a mesh of its own to keep.
  for (const each of topicNames(operationId)) pubsub.subscribe(each)
  pubsub.addEventListener('message', () => onHeard())
  return async (bid) => {
    await pubsub.publish(name, encode('bids', bid))
  }
}
