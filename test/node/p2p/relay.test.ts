import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { createContentStore } from '#node/ipfs/content-store.ts'
import { createBlockFetcher } from '#node/p2p/block-fetcher.ts'
import { serveBlocks } from '#node/p2p/block-server.ts'
import { blockStreamOptions, createBlockStreams } from '#node/p2p/block-streams.ts'
import { callPeer, serveCalls } from '#node/p2p/calls.ts'
import { createDirectWay } from '#node/p2p/direct-way.ts'
import { createOpenPeers } from '#node/p2p/open-peers.ts'
import { addressesOf, isRelayed } from '#node/p2p/peer-address.ts'
import { createWaitingRoom } from '#node/p2p/waiting-room.ts'
import { Signature } from '#protocol/envelope.ts'
import { Multiaddr } from '#protocol/ids.ts'
import { alice, bob, carol, jobId } from '#test/support/builders.ts'
import { noise } from '#test/support/content.ts'
import type { TestHost } from '#test/support/peers.ts'
import {
  aHost,
  aNodeRecord,
  aPeerDirectory,
  aRegistry,
  connect,
  silent,
  until,
} from '#test/support/peers.ts'

const { signal } = new AbortController()

const relayedOf = ({ libp2p }: TestHost) => libp2p.getMultiaddrs().filter(isRelayed)
const limitsTo = (host: TestHost, other: TestHost) =>
  host.libp2p.getConnections(other.libp2p.peerId).map(({ limits }) => limits !== undefined)

/** One that nobody can dial, found through a relay, and one who wants something of it. */
async function aMeeting() {
  const stack = new AsyncDisposableStack()
  const relay = stack.use(await aHost({ isRelay: true }))
  const hidden = stack.use(await aHost({ listen: [], isRelayed: true }))
  const seeker = stack.use(await aHost())
  await connect(hidden, relay)
  await until(() => relayedOf(hidden).length > 0)
  return { stack, relay, hidden, seeker, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

async function aFile(host: TestHost): Promise<CID> {
  const { blocks, libp2p } = host
  await serveBlocks({ libp2p, blocks, logger: silent })
  const fetcher = { fetch: () => Promise.reject(new Error('not here')) }
  const pins = { pin: () => {}, unpin: () => {}, pinned: () => [] }
  const content = createContentStore({ blocks, pins, fetcher })
  return CID.parse((await content.addBytes(noise(2_000_000, 'hidden'))).cid)
}

test('a node that nobody can dial is found through a relay, and called', async () => {
  await using meeting = await aMeeting()
  const { hidden, seeker } = meeting
  const registry = aRegistry(aNodeRecord(bob, hidden))
  expect(registry.current().nodes.get(bob)?.addresses.join()).toMatch(/p2p-circuit/)
  const deps = {
    libp2p: hidden.libp2p,
    logger: silent,
    isWithinRate: () => true,
    waiting: createWaitingRoom(100),
  }
  await serveCalls(deps, 'progress', async () => ({ accepted: true }))
  const peer = await aPeerDirectory(seeker, registry).connect(bob, signal)
  const answer = await callPeer(seeker.libp2p, peer, 'progress', {
    body: {
      ...{ v: 1, type: 'progress', job: jobId('alice'), encoder: bob, sequence: 1 },
      ...{ stage: 'encoding', percent: 50 },
    },
    author: bob,
    signature: Signature.parse('0'.repeat(130)),
  })
  expect(answer).toEqual({ accepted: true })
  expect(limitsTo(seeker, hidden)).toEqual([true])
})

test('a video does not go through a relay: where no direct way is found, others are asked', async () => {
  await using meeting = await aMeeting()
  const { hidden, seeker, stack } = meeting
  const file = await aFile(hidden)
  const gateway = stack.use(await aHost())
  const registry = aRegistry(aNodeRecord(alice, hidden))
  const { libp2p, blocks } = seeker
  const peers = aPeerDirectory(seeker, registry)
  const others = createOpenPeers({ libp2p, ledger: registry })
  const options = { ...blockStreamOptions, directMs: 50 }
  const fetcher = createBlockFetcher({
    ...{ blocks, others, logger: silent },
    streams: createBlockStreams({ libp2p, peers }, options),
  })
  const wanted = { signal, expectedBytes: 2_000_000 }
  await expect(fetcher.fetch(file, [alice], wanted)).rejects.toMatchObject({
    code: 'content-unavailable',
    message: expect.stringContaining('through a relay only'),
  })

  expect(await aFile(gateway)).toEqual(file)
  await connect(gateway, seeker)
  await until(async () => (await others()).length > 0)
  const report = await fetcher.fetch(file, [alice], wanted)
  expect(report.bytes).toBeGreaterThanOrEqual(2_000_000)
})

test('whoever looks for a direct way no longer is told at once', async () => {
  await using meeting = await aMeeting()
  const { hidden, seeker } = meeting
  await seeker.libp2p.dial(relayedOf(hidden).slice(0, 1))
  const { ensure } = createDirectWay(seeker.libp2p, { patienceMs: 3_600_000 })
  const left = AbortSignal.abort(new Error('left'))
  await expect(ensure(hidden.libp2p.peerId, left)).rejects.toThrow('left')
  const leaving = new AbortController()
  const search = ensure(hidden.libp2p.peerId, leaving.signal)
  leaving.abort(new Error('left later'))
  await expect(search).rejects.toThrow('left later')
})

test('two who met through a relay go on directly where one of them can be dialled', async () => {
  await using relay = await aHost({ isRelay: true })
  await using found = await aHost({ isRelayed: true })
  await using seeker = await aHost()
  await connect(found, relay)
  await until(() => relayedOf(found).length > 0)
  await seeker.libp2p.dial(relayedOf(found).slice(0, 1))
  expect(limitsTo(seeker, found)).toContain(true)
  const peer = found.libp2p.peerId
  await createDirectWay(seeker.libp2p, { patienceMs: 30_000 }).ensure(peer, signal)
  expect(limitsTo(seeker, found)).toContain(false)
})

test('a peer that loses its relay is found through another', async () => {
  await using hidden = await aHost({ listen: [], isRelayed: true })
  await using second = await aHost({ isRelay: true })
  {
    await using first = await aHost({ isRelay: true })
    await connect(hidden, first)
    await until(() => relayedOf(hidden).length > 0)
  }
  await until(() => relayedOf(hidden).length === 0)
  const registry = aRegistry(aNodeRecord(carol, second, { roles: ['relay'] }))
  const options = { needsRelay: true, targetConnections: 0 }
  const stop = new AbortController()
  const ended = aPeerDirectory(hidden, registry, options).run(stop.signal)
  await until(() => relayedOf(hidden).length > 0)
  stop.abort()
  await ended
  expect(String(relayedOf(hidden)[0])).toContain(`/p2p/${second.libp2p.peerId}/p2p-circuit`)
})

test('an address leads through one relay at the most, and to nobody but the peer that it is registered for', async () => {
  await using host = await aHost()
  const peer = host.libp2p.peerId.toString()
  const relay = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWLgdAstnCnCce9rLQqJqDfdSAQGpJw7uSYRdnZBWq6XFJ'
  const dialled = (text: string): readonly string[] =>
    addressesOf(aNodeRecord(bob, host, { addresses: [Multiaddr.parse(text)] }), 'loopback').map(
      String,
    )
  const through = `${relay}/p2p-circuit/p2p/${peer}`
  expect(dialled(through)).toEqual([through])
  expect(dialled(`${relay}/p2p-circuit`)).toEqual([through])
  expect(dialled(`${relay}/p2p-circuit/webrtc`)).toEqual([
    `${relay}/p2p-circuit/webrtc/p2p/${peer}`,
  ])
  expect(dialled(relay)).toEqual([])
  expect(dialled(`${relay}/p2p-circuit${relay}/p2p-circuit`)).toEqual([])
  expect(dialled('/ip4/127.0.0.1/tcp/1/p2p-circuit')).toEqual([])
  expect(dialled(through.replace('127.0.0.1', '192.168.1.1'))).toEqual([])
  expect(isRelayed(multiaddr(through))).toBe(true)
})
