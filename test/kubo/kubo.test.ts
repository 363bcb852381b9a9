import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { MemoryBlockstore } from 'blockstore-core'
import { importBytes, importer } from 'ipfs-unixfs-importer'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContentStore, DirectoryEntry } from '#market/ports/content-store.ts'
import { createGatewayRouter } from '#node/gateway/gateway.ts'
import { startHttpServer } from '#node/http-server.ts'
import { createContentStore } from '#node/ipfs/content-store.ts'
import { linksOf } from '#node/ipfs/dag.ts'
import { isWhole } from '#node/ipfs/whole.ts'
import { createBlockFetcher } from '#node/p2p/block-fetcher.ts'
import { createGatewayStreams } from '#node/p2p/gateway-streams.ts'
import type { Cid } from '#protocol/ids.ts'
import { noise } from '#test/support/content.ts'
import { makeFolder, untroubled } from '#test/support/ffmpeg.ts'
import type { Kubo } from '#test/support/kubo.ts'
import { startKubo } from '#test/support/kubo.ts'
import type { TestHost } from '#test/support/peers.ts'
import { aHost, silent } from '#test/support/peers.ts'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte
const stack = new AsyncDisposableStack()
let kubo: Kubo

beforeAll(async () => {
  kubo = stack.use(await startKubo())
})
afterAll(() => stack.disposeAsync())

function contentOf({ blocks }: Pick<TestHost, 'blocks'>): ContentStore {
  const pins = { pin: () => undefined, unpin: () => undefined, pinned: () => [] }
  const fetcher = { fetch: () => Promise.reject(new Error('nobody is asked')) }
  return createContentStore({ blocks, pins, fetcher })
}

/** A film and an HLS tree such as the market makes, the same for the same seed; segments of less and of more than a chunk. */
function filesOf(seed: string): Readonly<Record<string, Uint8Array>> {
  const text = (lines: string) => Buffer.from(lines)
  return {
    'master.m3u8': text('#EXTM3U\n480p/index.m3u8\n'),
    '480p/index.m3u8': text('#EXTM3U\n#EXTINF:4,\n0.ts\n#EXTINF:4,\n1.ts\n'),
    '480p/0.ts': noise(3 * mebibyte + 188, `${seed} 0`),
    '480p/1.ts': noise(400 * kibibyte, `${seed} 1`),
    'manifest.json': text('{"v":1}'),
  }
}

/** Puts files with at most one folder above them into a directory. */
async function addTree(
  content: ContentStore,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Cid> {
  const folders = new Map<string, DirectoryEntry[]>()
  for (const [name, bytes] of Object.entries(files)) {
    const { dir, base } = path.parse(name)
    folders.set(dir, [
      ...(folders.get(dir) ?? []),
      { name: base, ...(await content.addBytes(bytes)) },
    ])
  }
  const top = folders.get('') ?? []
  for (const [name, entries] of folders)
    if (name !== '') top.push({ name, ...(await content.addDirectory(entries)) })
  return (await content.addDirectory(top)).cid
}

/** The same files as Kubo adds them from the disk. */
async function addToKubo(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const folder = await makeFolder()
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), bytes)
  }
  return (await kubo.ipfs(['add', '-r', '-Q', folder])).toString().trim()
}

async function addBytesToKubo(bytes: Uint8Array): Promise<string> {
  return (await kubo.ipfs(['add', '-Q'], bytes)).toString().trim()
}

describe('ids', () => {
  /** One below and above a chunk of either profile, of several chunks, and of more than fit below one node of the old one. */
  const sizes = [0, 1, 256 * kibibyte, 256 * kibibyte + 1, mebibyte, mebibyte + 1, 45 * mebibyte]

  for (const size of sizes)
    test(`of a file of ${size} bytes are Kubo's, by the profile of the market and by the old one`, async () => {
      const bytes = noise(size, 'sizes')
      await using host = await aHost()

      await kubo.importAs('v1')
      expect(await addBytesToKubo(bytes)).toBe((await contentOf(host).addBytes(bytes)).cid)
      await kubo.importAs('v0')
      const old = await importBytes(bytes, new MemoryBlockstore(), { profile: 'unixfs-v0-2015' })
      expect(await addBytesToKubo(bytes)).toBe(old.cid.toString())
    })

  test("of a tree are Kubo's, by the profile of the market and by the old one", async () => {
    const files = filesOf('ids')
    await using host = await aHost()

    await kubo.importAs('v1')
    expect(await addToKubo(files)).toBe(await addTree(contentOf(host), files))
    await kubo.importAs('v0')
    const candidates = Object.entries(files).map(([name, content]) => ({ path: name, content }))
    let root: CID | undefined
    const options = { profile: 'unixfs-v0-2015', wrapWithDirectory: true } as const
    for await (const entry of importer(candidates, new MemoryBlockstore(), { ...options }))
      root = entry.cid
    expect(await addToKubo(files)).toBe(root?.toString())
  })
})

describe('an exchange', () => {
  const film = noise(5 * mebibyte + 77, 'film')

  test('brings sources and trees of ours to Kubo by bitswap', async () => {
    await using host = await aHost()
    const source = await contentOf(host).addBytes(film)
    const files = filesOf('ours by bitswap')
    const root = await addTree(contentOf(host), files)
    for (const address of host.libp2p.getMultiaddrs())
      await kubo.ipfs(['swarm', 'connect', address.toString()])

    expect((await kubo.ipfs(['cat', source.cid])).equals(film)).toBe(true)
    for (const [name, bytes] of Object.entries(files))
      expect((await kubo.ipfs(['cat', `${root}/${name}`])).equals(bytes)).toBe(true)
  })

  test('brings sources and trees of ours to Kubo as archives of the trustless gateway', async () => {
    await using host = await aHost()
    const ours = noise(5 * mebibyte + 78, 'film by gateway')
    const source = await contentOf(host).addBytes(ours)
    const files = filesOf('ours by gateway')
    const root = await addTree(contentOf(host), files)
    const routers = [createGatewayRouter(host.blocks)]
    await using server = await startHttpServer({ routers, logger: silent }, 0)
    for (const cid of [source.cid, root]) {
      const archive = await fetch(`${server.url}/ipfs/${cid}?format=car`)
      await kubo.ipfs(['dag', 'import'], new Uint8Array(await archive.arrayBuffer()))
    }

    expect((await kubo.ipfs(['--offline', 'cat', source.cid])).equals(ours)).toBe(true)
    for (const [name, bytes] of Object.entries(files))
      expect((await kubo.ipfs(['--offline', 'cat', `${root}/${name}`])).equals(bytes)).toBe(true)
  })

  test("brings Kubo's sources and trees here by bitswap", async () => {
    await kubo.importAs('v1')
    const roots = [await addBytesToKubo(film), await addToKubo(filesOf('theirs by bitswap'))]
    await using host = await aHost()
    await host.libp2p.dial((await kubo.addresses()).map((address) => multiaddr(address)))

    for (const root of roots.map((text) => CID.parse(text))) {
      const open = [root]
      for (let cid = open.pop(); cid; cid = open.pop()) {
        const pieces: Uint8Array[] = []
        for await (const piece of host.exchange.get(cid, { signal: untroubled })) pieces.push(piece)
        open.push(...linksOf(cid, Buffer.concat(pieces)))
      }
      expect(await isWhole(host.blocks, root)).toBe(true)
    }
  })

  test("brings Kubo's sources and trees here block by block from its trustless gateway", async () => {
    await kubo.importAs('v1')
    const roots = [await addBytesToKubo(film), await addToKubo(filesOf('theirs by gateway'))]
    await using host = await aHost()
    const streams = createGatewayStreams()
    const fetcher = createBlockFetcher<string>({ blocks: host.blocks, streams, logger: silent })

    for (const root of roots.map((text) => CID.parse(text))) {
      await fetcher.fetch(root, [kubo.gateway], { signal: untroubled, expectedBytes: film.length })
      expect(await isWhole(host.blocks, root)).toBe(true)
    }
  })
})
