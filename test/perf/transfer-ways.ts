import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createConnection } from 'node:net'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { withBitswap } from '@helia/bitswap'
import { withLibp2pLight } from '@helia/libp2p'
import { CarBlockIterator } from '@ipld/car'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { LevelDatastore } from 'datastore-level'
import { createHeliaLight } from 'helia'
import { exporter } from 'ipfs-unixfs-exporter'
import { CID } from 'multiformats/cid'
import { isBlockOf, openBlockStore } from '#node/ipfs/block-store.ts'
import { createBlockFetcher } from '#node/p2p/block-fetcher.ts'
import { createBlockStreams } from '#node/p2p/block-streams.ts'
import { account } from '#test/support/builders.ts'
import { aHost, silent } from '#test/support/peers.ts'

/** What a file is. */
export type Content = { readonly cid: string; readonly bytes: number; readonly sha256: string }

/** Where the same file is to be had in each way. */
export type Provided = {
  readonly content: Content
  readonly addresses: readonly string[]
  readonly gateway: string
  readonly tcpPort: number
}

/**
 * Bitswap twice: with all that ours has too (TLS, what the engine is told about buffers), and plain, as its library sets it up
 * (Noise, an engine that was told nothing).
 */
export const ways = ['blocks', 'bitswap', 'plainBitswap', 'car', 'tcp'] as const
export type Way = (typeof ways)[number]

const { signal } = new AbortController()

/** What it took, from the first request to the last byte on the disk: how long, and of the processor. */
export type Taken = { readonly seconds: number; readonly cpuSeconds: number }

type Fetch = (from: Provided, directory: string) => Promise<Taken>

/** Each brings the file to the disk of an empty folder, verified, and resolves to what that took once it was connected. */
export const fetchBy: Readonly<Record<Way, Fetch>> = {
  blocks: async ({ content: { cid, bytes }, addresses }, directory) => {
    const { libp2p, blocks } = await aHost({ path: directory })
    const connection = await libp2p.dial(addresses.map((address) => multiaddr(address)))
    const peers = { connect: async () => connection.remotePeer }
    const streams = createBlockStreams({ libp2p, peers })
    const fetcher = createBlockFetcher({ blocks, streams, logger: silent })
    const taken = startWatch()
    const asked = { signal, expectedBytes: bytes }
    await fetcher.fetch(CID.parse(cid), [account('provider')], asked)
    return taken()
  },
  bitswap: async (from, directory) => await fetchByBitswap(from, directory, [tls(), noise()]),
  plainBitswap: async (from, directory) => await fetchByBitswap(from, directory, [noise()]),
  car: async ({ content: { cid }, gateway }, directory) => {
    const blocks = await openBlockStore(path.join(directory, 'blocks'))
    const taken = startWatch()
    const { body } = await fetch(`${gateway}/ipfs/${cid}?format=car`)
    if (!body) throw new Error('the gateway sends nothing')
    for await (const block of await CarBlockIterator.fromIterable(body)) {
      if (!isBlockOf(block.cid, block.bytes)) throw new Error(`other bytes for ${block.cid}`)
      await blocks.put(block.cid, block.bytes)
    }
    return taken()
  },
  tcp: async ({ content: { sha256 }, tcpPort }, directory) => {
    const taken = startWatch()
    const hash = createHash('sha256')
    const hashing = new Transform({
      transform: (chunk: Uint8Array, _, done) => {
        hash.update(chunk)
        done(null, chunk)
      },
    })
    const file = path.join(directory, 'copy')
    await pipeline(createConnection(tcpPort, '127.0.0.1'), hashing, createWriteStream(file))
    if (hash.digest('hex') !== sha256) throw new Error('another file has come')
    const written = await open(file)
    await written.datasync()
    await written.close()
    return taken()
  },
}

type Encrypters = NonNullable<
  NonNullable<Parameters<typeof withLibp2pLight>[1]>['connectionEncrypters']
>

/** As anybody would who makes a peer to fetch by bitswap alone, over the same transport and into the same kind of store. */
async function fetchByBitswap(
  { content, addresses }: Provided,
  directory: string,
  connectionEncrypters: Encrypters,
): Promise<Taken> {
  const blockstore = await openBlockStore(path.join(directory, 'blocks'))
  const datastore = new LevelDatastore(path.join(directory, 'peer'))
  await datastore.open()
  const light = createHeliaLight({ blockstore, datastore })
  const helia = withBitswap(
    withLibp2pLight(light, {
      connectionEncrypters,
      transports: [tcp()],
      streamMuxers: [yamux()],
      connectionGater: { denyDialMultiaddr: () => false },
      peerDiscovery: [],
      services: { identify: identify() },
    }),
  )
  await helia.start()
  await helia.libp2p.dial(addresses.map((address) => multiaddr(address)))
  const taken = startWatch()
  const entry = await exporter(CID.parse(content.cid), helia.blockstore)
  if (entry.type !== 'file') throw new Error('a file was provided')
  for await (const _ of entry.content());
  return taken()
}

function startWatch(): () => Taken {
  const started = performance.now()
  const used = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(used)
    return { seconds: (performance.now() - started) / 1_000, cpuSeconds: (user + system) / 1e6 }
  }
}
