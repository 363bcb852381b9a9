import { lpStream } from '@libp2p/utils'
import { expect, test } from 'vitest'
import { callPeer, serveCalls } from '#node/p2p/calls.ts'
import { listPeers } from '#node/p2p/peer-list.ts'
import { createWaitingRoom } from '#node/p2p/waiting-room.ts'
import { Signature } from '#protocol/envelope.ts'
import { topicName } from '#protocol/topics.ts'
import { bob, jobId } from '#test/support/builders.ts'
import { aHost, aNodeRecord, aRegistry, connect, silent, until } from '#test/support/peers.ts'
import { testNetwork } from '#test/support/test-chain.ts'

const { operationId } = testNetwork

test('a peer is listed with its account, its topics, and the bytes that went each way', async () => {
  await using own = await aHost()
  await using other = await aHost()
  const { libp2p, traffic } = own
  const ledger = aRegistry(aNodeRecord(bob, other, { roles: ['encoder', 'relay'] }))
  const list = () => listPeers({ libp2p, ledger, traffic, operationId })
  expect(list()).toEqual([])

  const before = Date.now()
  await connect(own, other)
  other.libp2p.services.pubsub.subscribe(topicName(operationId, 'offers'))
  await until(() => list()[0]?.topics.join() === 'offers')
  const [listed] = list()
  expect(listed).toMatchObject({
    ...{ peer: other.libp2p.peerId.toString(), account: bob, roles: ['encoder', 'relay'] },
    ...{ way: 'direct', direction: 'outbound', score: expect.any(Number) },
  })
  expect(listed?.since).toBeGreaterThanOrEqual(before)
  expect(listed?.address).toContain('/ip4/127.0.0.1/tcp/')

  const deps = {
    libp2p: other.libp2p,
    logger: silent,
    isWithinRate: () => true,
    waiting: createWaitingRoom(100),
  }
  await serveCalls(deps, 'progress', async () => ({ accepted: false, reason: 'x'.repeat(200) }))
  await callPeer(libp2p, other.libp2p.peerId, 'progress', {
    body: {
      ...{ v: 1, type: 'progress', job: jobId('alice'), encoder: bob, sequence: 1 },
      ...{ stage: 'encoding', percent: 50 },
    },
    author: bob,
    signature: Signature.parse('0'.repeat(130)),
  })
  const [after] = list()
  expect(after?.bytesIn).toBeGreaterThan((listed?.bytesIn ?? 0) + 200)
  expect(after?.bytesOut).toBeGreaterThan((listed?.bytesOut ?? 0) + 130)
})

test('a peer that the registry does not name is nobody’s, and comes after those it names', async () => {
  await using own = await aHost()
  await using named = await aHost()
  await using stranger = await aHost()
  const { libp2p, traffic } = own
  const ledger = aRegistry(aNodeRecord(bob, named))
  await connect(own, stranger, named)
  await until(() => libp2p.getPeers().length === 2)
  expect(listPeers({ libp2p, ledger, traffic, operationId }).map(({ account }) => account)).toEqual(
    [bob, null],
  )
})

test('what comes before a stream’s reader listens is counted, and still read', async () => {
  await using own = await aHost()
  await using other = await aHost()
  await connect(own, other)
  const read = Promise.withResolvers<string>()
  await other.libp2p.handle('/test/late', async (stream) => {
    await until(() => stream.readBufferLength > 0)
    const frame = await lpStream(stream).read()
    read.resolve(Buffer.from(frame.subarray()).toString())
  })
  const stream = await own.libp2p.dialProtocol(other.libp2p.peerId, '/test/late')
  const before = other.traffic.of(own.libp2p.peerId.toString()).bytesIn
  await lpStream(stream).write(Buffer.from('early'))
  expect(await read.promise).toBe('early')
  const { bytesIn } = other.traffic.of(own.libp2p.peerId.toString())
  expect(bytesIn - before).toBeGreaterThanOrEqual('early'.length)
})
