import type { Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blockServerOptions, serveBlocks } from '#node/p2p/block-server.ts'
import { callPeer, serveCalls } from '#node/p2p/calls.ts'
import { createPeerConduct } from '#node/p2p/peer-conduct.ts'
import { createStrangerLimit } from '#node/p2p/strangers.ts'
import { createWaitingRoom } from '#node/p2p/waiting-room.ts'
import type { Verb } from '#protocol/calls.ts'
import { blocksProtocol, callProtocol } from '#protocol/calls.ts'
import type { TopicMessage } from '#protocol/topics.ts'
import { aBid, account, alice, bob, cid, jobId, time } from '#test/support/builders.ts'
import type { TestDevchain } from '#test/support/devchain.ts'
import { aDevchain } from '#test/support/devchain.ts'
import {
  accountsAt,
  anAttackerOf,
  encode,
  gossipNodeOn,
  now,
  presenceOf,
  pubsub,
  sealedBy,
} from '#test/support/gossip-node.ts'
import { aLyingRpc } from '#test/support/lying-rpc.ts'
import type { TestHost } from '#test/support/peers.ts'
import { aHost, aNodeRecord, aRegistry, connect, silent, until } from '#test/support/peers.ts'
import { sealed } from '#test/support/sealed.ts'

/** What strangers do to a node, and what those who are honest still have of it meanwhile. */

let devchain: TestDevchain

beforeAll(async () => {
  devchain = await aDevchain({ accounts: { alice: {}, bob: {}, mallory: {} } })
})
afterAll(async () => await devchain[Symbol.asyncDispose]())

const gossipOn = (
  host: TestHost,
  options: Partial<Parameters<typeof gossipNodeOn>[1]> = {},
): ReturnType<typeof gossipNodeOn> =>
  gossipNodeOn(host, { chainAccounts: accountsAt(devchain.url), ...options })

const presence = (who: string, at = now): Uint8Array =>
  encode('presence', sealedBy(who, presenceOf(account(who), { at: time(at) })))

const authorsOf = (heard: readonly { readonly message: unknown }[]): readonly string[] =>
  heard.map(({ message }) => (message as TopicMessage<'presence'>).author)

/** The answer to a call, of whatever an attacker is doing meanwhile. */
const accepted = { accepted: true }

/** Opens streams, says a little on each and then nothing more, and counts those that are still open. */
async function aSlowLoris(victim: TestHost, protocol: string, streams: number) {
  const host = await aHost()
  await connect(host, victim)
  const held: Stream[] = []
  for (let opened = 0; opened < streams; opened += 1) {
    const stream = await host.libp2p.dialProtocol(victim.libp2p.peerId, protocol)
    stream.send(Uint8Array.of(100, 1, 2))
    held.push(stream)
  }
  return {
    open: () => held.filter(({ status }) => status === 'open').length,
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  }
}

test('a flood costs its sender its standing, is read no more, and drowns nobody else', async () => {
  await using stack = new AsyncDisposableStack()
  const rate = { burst: 1, perSecond: 0, senders: 10 }
  // No time goes by: the flood is as fast as a flood can be, however busy the machine is.
  const terms = { forgivenPerSecond: 50, perPoint: 1, peers: 10 }
  const conduct = createPeerConduct(() => 0, terms)
  const node = gossipOn(stack.use(await aHost({ conduct })), { senderRate: rate })
  const flooder = stack.use(await anAttackerOf(node))
  const honest = stack.use(await anAttackerOf(node))
  const scoreOf = ({ host }: typeof flooder): number =>
    pubsub(node.host).getScore(host.libp2p.peerId.toString())
  // What is within its rate is as it should be, so that nothing but the flood counts against it.
  await flooder.send('presence', presence('mallory'))
  await until(() => node.heard.length === 1)

  let sent = 0
  await until(async () => {
    sent += 1
    await flooder.send('progress', Buffer.from(`flood ${sent}`))
    return scoreOf(flooder) < -80
  })
  await honest.send('presence', presence('bob'))
  await until(() => node.heard.length === 2)

  expect(authorsOf(node.heard)).toEqual(['mallory', 'bob'])
  expect(new Set(node.findings())).toEqual(new Set(['too-many']))
  expect(scoreOf(honest)).toBeGreaterThanOrEqual(0)
})

test('a peer is forgiven what it was over its rate, as time goes by', () => {
  let milliseconds = 0
  const options = { forgivenPerSecond: 10, perPoint: 10, peers: 2 }
  const conduct = createPeerConduct(() => milliseconds, options)
  for (let count = 0; count < 100; count += 1) conduct.exceeded('flooder')
  expect(conduct.score('flooder')).toBe(-10)
  milliseconds = 5_000
  expect(conduct.score('flooder')).toBe(-5)
  milliseconds = 60_000
  expect(conduct.score('flooder')).toBeCloseTo(0)
  conduct.exceeded('one')
  for (let count = 0; count < 10; count += 1) conduct.exceeded('two')
  for (let count = 0; count < 10; count += 1) conduct.exceeded('three')
  expect([conduct.score('two'), conduct.score('three')]).toEqual([-1, -1])
})

test('names that somebody makes up have the chain asked for few of them, and for all that run nodes', async () => {
  await using stack = new AsyncDisposableStack()
  const rpc = stack.use(await aLyingRpc(devchain.url))
  const host = stack.use(await aHost())
  const mayAskFor = createStrangerLimit(
    { ledger: aRegistry(aNodeRecord(bob, host)), now: () => 0 },
    { burst: 3, perSecond: 0, senders: 1 },
  )
  const node = gossipOn(host, { chainAccounts: accountsAt(rpc.url), mayAskFor })
  const attackers = [stack.use(await anAttackerOf(node)), stack.use(await anAttackerOf(node))]
  for (let sent = 0; sent < 8; sent += 1)
    await attackers[sent % 2]?.send('presence', presence(`nobody-${sent}`))
  await until(() => node.findings().length === 8)
  await attackers[0]?.send('presence', presence('bob'))
  await until(() => node.heard.length === 1)

  expect(node.findings().filter((finding) => finding === 'unknown-account')).toHaveLength(3)
  expect(node.findings().filter((finding) => finding === 'too-many')).toHaveLength(5)
  expect(rpc.heard.filter(({ method }) => method === 'condenser_api.get_accounts')).toHaveLength(4)
})

test('calls that never end are let go for those that come after them', async () => {
  await using stack = new AsyncDisposableStack()
  const victim = stack.use(await aHost())
  const client = stack.use(await aHost())
  const deps = { libp2p: victim.libp2p, logger: silent, isWithinRate: () => true }
  const waiting = createWaitingRoom(4)
  await serveCalls({ ...deps, waiting }, 'bid', async () => accepted)
  const loris = stack.use(await aSlowLoris(victim, callProtocol('bid'), 12))
  await connect(client, victim)

  const bid = sealed('bob', aBid())
  expect(await callPeer(client.libp2p, victim.libp2p.peerId, 'bid', bid)).toEqual(accepted)
  await until(() => loris.open() <= 4)
})

test('streams on which no block is asked for keep no place from those who ask', async () => {
  await using stack = new AsyncDisposableStack()
  const victim = stack.use(await aHost())
  const client = stack.use(await aHost())
  const block = Buffer.from('a block')
  const options = { ...blockServerOptions, streams: { each: 8, all: 16 } }
  await serveBlocks(
    { libp2p: victim.libp2p, blocks: { read: async () => block }, logger: silent },
    options,
  )
  const [one, other] = [
    stack.use(await aSlowLoris(victim, blocksProtocol, 8)),
    stack.use(await aSlowLoris(victim, blocksProtocol, 8)),
  ]
  await until(() => one.open() + other.open() <= 14)

  await connect(client, victim)
  const frames = lpStream(await client.libp2p.dialProtocol(victim.libp2p.peerId, blocksProtocol))
  await frames.write(CID.parse(cid('a block')).bytes)
  expect(Buffer.from((await frames.read()).subarray())).toEqual(block)
})

test('the messages by which a job is made go through while both of its sides are attacked', async () => {
  await using stack = new AsyncDisposableStack()
  const creator = gossipOn(stack.use(await aHost()))
  const encoder = gossipOn(stack.use(await aHost()))
  const waiting = createWaitingRoom(8)
  const serve = async ({ host }: typeof creator, verb: Verb): Promise<void> =>
    await serveCalls(
      { libp2p: host.libp2p, logger: silent, isWithinRate: () => true, waiting },
      verb,
      async () => accepted,
    )
  for (const verb of ['bid', 'progress'] as const) await serve(creator, verb)
  await serve(encoder, 'award')
  await connect(encoder.host, creator.host)
  for (const [victim, verb] of [
    [creator, 'bid'],
    [encoder, 'award'],
  ] as const) {
    const flooder = stack.use(await anAttackerOf(victim))
    for (let sent = 0; sent < 40; sent += 1)
      await flooder.send('bids', Buffer.alloc(sent % 2 === 0 ? 9_000 : 100, `junk ${sent} `))
    stack.use(await aSlowLoris(victim.host, callProtocol(verb), 12))
  }

  const bid = sealed('bob', aBid({ job: jobId('alice') }))
  await encoder.bus.publish('bids', bid)
  await until(() => creator.heard.length === 1)
  const [creatorId, encoderId] = [creator, encoder].map(({ host }) => host.libp2p.peerId)
  expect(await callPeer(encoder.host.libp2p, creatorId!, 'bid', bid)).toEqual(accepted)
  const progress = sealed('bob', {
    ...{ v: 1, type: 'progress', job: jobId('alice'), encoder: bob },
    ...{ sequence: 1, stage: 'encoding', percent: 50 },
  } as const)
  expect(await callPeer(encoder.host.libp2p, creatorId!, 'progress', progress)).toEqual(accepted)
  await creator.bus.publish('presence', sealedBy('alice', presenceOf(alice)))
  await until(() => encoder.heard.length === 1)
  expect(creator.host.libp2p.getConnections(encoderId).length).toBeGreaterThan(0)
})
