import { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { createContentStore } from '#node/ipfs/content-store.ts'
import { linksOf } from '#node/ipfs/dag.ts'
import { createBlockFetcher } from '#node/p2p/block-fetcher.ts'
import { serveBlocks } from '#node/p2p/block-server.ts'
import { createBlockStreams } from '#node/p2p/block-streams.ts'
import { createOpenPeers } from '#node/p2p/open-peers.ts'
import { alice, bob, carol } from '#test/support/builders.ts'
import { noise } from '#test/support/content.ts'
import type { TestHost, TestRegistry } from '#test/support/peers.ts'
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

/** A peer that gives blocks and has one file. */
async function aGiver(): Promise<TestHost & { readonly file: CID }> {
  const host = await aHost()
  const { blocks, libp2p } = host
  await serveBlocks({ libp2p, blocks, logger: silent })
  const fetcher = { fetch: () => Promise.reject(new Error('not here')) }
  const pins = { pin: () => {}, unpin: () => {}, pinned: () => [] }
  const content = createContentStore({ blocks, pins, fetcher })
  const { cid } = await content.addBytes(noise(3_000_000, 'upload'))
  return { ...host, file: CID.parse(cid) }
}

function fetcherOf(host: TestHost, registry: TestRegistry) {
  const { libp2p, blocks } = host
  return createBlockFetcher({
    blocks,
    streams: createBlockStreams({ libp2p, peers: aPeerDirectory(host, registry) }),
    others: createOpenPeers({ libp2p, ledger: registry }),
    logger: silent,
  })
}

/** Resolves when a host knows that the other gives blocks. */
const acquainted = (host: TestHost, registry: TestRegistry, count: number): Promise<void> =>
  until(
    async () =>
      (await createOpenPeers({ libp2p: host.libp2p, ledger: registry })()).length === count,
  )

const options = { signal, expectedBytes: 3_000_000 }

test('what an account without a node has published comes from a peer that no registration names', async () => {
  await using indexer = await aGiver()
  await using encoder = await aHost()
  const registry = aRegistry()
  await connect(indexer, encoder)
  await acquainted(encoder, registry, 1)
  const report = await fetcherOf(encoder, registry).fetch(indexer.file, [alice], options)
  expect(report.bytes).toBeGreaterThanOrEqual(3_000_000)
})

test('what its creator lacks is fetched elsewhere, and asked for again by nobody', async () => {
  await using creator = await aGiver()
  await using indexer = await aGiver()
  await using encoder = await aHost()
  const { file } = creator
  const [first] = linksOf(file, await creator.blocks.read(file))
  await creator.blocks.delete(first!)
  const registry = aRegistry(aNodeRecord(alice, creator))
  await connect(indexer, encoder)
  await acquainted(encoder, registry, 1)
  const report = await fetcherOf(encoder, registry).fetch(indexer.file, [alice], options)
  expect(report.local).toBeGreaterThan(0)
  expect(report.blocks).toBeGreaterThan(0)
})

test('encoders are not asked for what is not theirs, gateways are', async () => {
  await using encoder = await aHost()
  await using rival = await aGiver()
  await using gateway = await aGiver()
  const registry = aRegistry(
    aNodeRecord(bob, rival, { roles: ['encoder'] }),
    aNodeRecord(carol, gateway, { roles: ['gateway'] }),
  )
  await connect(rival, encoder)
  await expect(
    fetcherOf(encoder, registry).fetch(rival.file, [alice], options),
  ).rejects.toMatchObject({ code: 'content-unavailable' })
  await connect(gateway, encoder)
  await acquainted(encoder, registry, 1)
  await fetcherOf(encoder, registry).fetch(gateway.file, [alice], options)
})
