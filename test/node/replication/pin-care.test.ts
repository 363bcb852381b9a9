import type { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import type { FinishedTree } from '#market/ports/replication.ts'
import { createBackground } from '#market/services/background.ts'
import { createContentStore } from '#node/ipfs/content-store.ts'
import { linksOf, parseCid } from '#node/ipfs/dag.ts'
import { createBlockFetcher } from '#node/p2p/block-fetcher.ts'
import { serveBlocks } from '#node/p2p/block-server.ts'
import { createBlockStreams } from '#node/p2p/block-streams.ts'
import { callPeer, serveCalls } from '#node/p2p/calls.ts'
import { createWaitingRoom } from '#node/p2p/waiting-room.ts'
import type { PinCareDeps } from '#node/replication/pin-care.ts'
import { createPinCare } from '#node/replication/pin-care.ts'
import { createReplicaKeeper } from '#node/replication/replica-keeper.ts'
import { createReplicator, deliveryOf } from '#node/replication/replicator.ts'
import type { Cid, HiveAccount } from '#protocol/ids.ts'
import { PeerId } from '#protocol/ids.ts'
import { replicaDays } from '#protocol/replica-term.ts'
import { account, alice, anOffer, cid, jobId, peerId, time } from '#test/support/builders.ts'
import { noise, spoil } from '#test/support/content.ts'
import { aDeliveredLedger, aSplitLedger } from '#test/support/delivered-ledger.ts'
import { untroubled } from '#test/support/ffmpeg.ts'
import type { TestHost } from '#test/support/peers.ts'
import { aHost, connect, silent } from '#test/support/peers.ts'

const { job } = anOffer()
const gate = account('gate-one')

/** What keeps content on a host; `ledger` is the chain's, once there is one. */
function keeping(host: TestHost) {
  const pins = createPinStore(openDatabase(':memory:').database)
  const peers = { connect: async () => host.libp2p.getPeers()[0]! }
  const streams = createBlockStreams({ libp2p: host.libp2p, peers })
  const fetcher = createBlockFetcher({ blocks: host.blocks, streams, logger: silent })
  return { pins, streams, content: createContentStore({ blocks: host.blocks, pins, fetcher }) }
}

test('a tree is kept by a gateway, looked through, mended, and its garbage collected', async () => {
  await using creator = await aHost()
  await using gateway = await aHost()
  await connect(creator, gateway)
  const own = keeping(creator)
  const file = await own.content.addBytes(noise(2_500_000))
  const { cid: root } = await own.content.addDirectory([{ name: 'segment.ts', ...file }])
  own.content.pin(root, job)
  const peerOf = (name: HiveAccount): PeerId => {
    const host = { [alice as string]: creator, [gate as string]: gateway }[name]
    return host ? PeerId.parse(host.libp2p.peerId.toString()) : peerId(name)
  }
  const chain = aDeliveredLedger(root, [gate], peerOf)
  const ledger = { current: () => chain, isSynced: () => true, isTrusted: () => true }
  const theirs = keeping(gateway)
  await using background = createBackground({ now: Date.now, onFailure: () => undefined })
  const keeper = createReplicaKeeper({ ledger, background, ...theirs }, { limitBytes: 10 ** 9 })
  for (const { libp2p, blocks } of [creator, gateway])
    await serveBlocks({ libp2p, blocks, logger: silent })
  const answering = {
    libp2p: gateway.libp2p,
    logger: silent,
    isWithinRate: () => true,
    waiting: createWaitingRoom(100),
  }
  await serveCalls(answering, 'replicate', async (asked, from) =>
    keeper.answer(asked, from.toString()),
  )
  const network: Pick<MarketNetwork, 'call'> = {
    call: (_, verb, request) => callPeer(creator.libp2p, gateway.libp2p.peerId, verb, request),
  }
  const replicator = createReplicator(
    {
      ...{ account: alice, ledger, network, now: Date.now },
      wait: () => new Promise((resolve) => setTimeout(resolve, 20)),
    },
    { replicas: 2, patienceMs: 60_000 },
  )
  const care = createPinCare({
    ...{ account: alice, blocks: creator.blocks, ledger, network, replicator, logger: silent },
    ...{ ...own, bans: { all: () => [] }, random: () => 0 },
  })

  expect(await care.repair(untroubled)).toEqual([
    { job, root, state: 'whole', replicas: { wanted: 2, kept: [alice, gate] } },
  ])
  expect(await theirs.content.isWhole(root)).toBe(true)
  const looked = { looked: 3, faulty: 0 }
  expect(await care.verify(10, untroubled)).toEqual([
    { job, root, own: looked, replicas: [{ gateway: gate, ...looked }] },
  ])

  const [first, second] = await leavesOf(creator, file.cid)
  await gateway.blocks.delete(first!)
  await spoil(creator.path, second!)
  expect(await care.verify(10, untroubled)).toMatchObject([
    { own: { faulty: 1 }, replicas: [{ faulty: 1 }] },
  ])
  expect(await care.repair(untroubled)).toMatchObject([{ job, state: 'repaired' }])
  expect(await own.content.isWhole(root)).toBe(true)

  expect(await care.list()).toMatchObject({
    groups: [{ owner: job, ids: 1, missing: 0 }],
    banned: [],
  })
  expect(await care.collect()).toMatchObject({ unknown: [] })
  expect(await own.content.isWhole(root)).toBe(true)

  const caring = createPinCare({
    ...{ account: gate, blocks: gateway.blocks, ledger, network, replicator: null, logger: silent },
    ...{ ...theirs, bans: { all: () => [] }, random: () => 0 },
  })
  const delivered = deliveryOf(ledger, job)?.at.time ?? time(0)
  expect((await caring.list()).groups).toMatchObject([
    { owner: `replica:${job}`, until: 1_000 * (delivered + replicaDays * 86_400) },
  ])
})

test('the tree of a whole that was sold in ranges is cared for, and its source is none', async () => {
  const whole = jobId('alice', 9)
  const tree = { job: whole, root: cid('merged') }
  const chain = aSplitLedger(whole, [gate])
  const pins = createPinStore(openDatabase(':memory:').database)
  for (const root of [cid('source'), tree.root]) pins.pin(root, whole)
  const asked: FinishedTree[] = []
  const care = createPinCare({
    ...{ account: alice, pins, logger: silent, random: () => 0, bans: { all: () => [] } },
    ledger: { current: () => chain, isSynced: () => true, isTrusted: () => true },
    content: { isWhole: async () => true } as unknown as ContentStore,
    replicator: {
      replicate: async (finished) => {
        asked.push(finished)
        return { wanted: 2, kept: [alice, gate] }
      },
    },
    ...({} as Pick<PinCareDeps, 'blocks' | 'network' | 'streams'>),
  })

  const replicas = { wanted: 2, kept: [alice, gate] }
  expect(await care.repair(untroubled)).toEqual([{ ...tree, state: 'whole', replicas }])
  expect(asked).toEqual([tree])
})

async function leavesOf({ blocks }: TestHost, file: Cid): Promise<readonly CID[]> {
  const root = parseCid(file)
  return linksOf(root, await blocks.read(root))
}
