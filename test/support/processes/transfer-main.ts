import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { tellOfBuffers } from '#node/buffer-memory.ts'
import { createGatewayRouter } from '#node/gateway/gateway.ts'
import { startHttpServer } from '#node/http-server.ts'
import type { FlatBlockStore } from '#node/ipfs/block-store.ts'
import { createContentStore } from '#node/ipfs/content-store.ts'
import { serveBlocks } from '#node/p2p/block-server.ts'
import type { Content, Provided, Taken, Way } from '#test/perf/transfer-ways.ts'
import { fetchBy } from '#test/perf/transfer-ways.ts'
import { aHost, silent } from '../peers.ts'

/** One end of a transfer, in a process of its own: the only argument says which, and what it needs; the parent hears once. */
export type TransferEnd = { readonly directory: string; readonly way: Way } & (
  | {
      readonly role: 'provider'
      readonly file: string
      /** What the file is, where the store has it already. */
      readonly content: Content | null
    }
  | { readonly role: 'fetcher'; readonly from: Provided }
)

export type Fetched = Taken & { readonly peakBytes: number }

const end = JSON.parse(String(process.argv[2])) as TransferEnd
if (end.way !== 'plainBitswap') tellOfBuffers()
process.on('disconnect', () => process.exit())

if (end.role === 'provider') process.send?.(await provide(end))
else {
  const taken = await fetchBy[end.way](end.from, end.directory)
  process.send?.({ ...taken, peakBytes: process.resourceUsage().maxRSS * 1024 } satisfies Fetched)
}

type Provider = Extract<TransferEnd, { role: 'provider' }>

async function provide({ directory, file, content }: Provider): Promise<Provided> {
  const { libp2p, blocks } = await aHost({ path: directory })
  await serveBlocks({ libp2p, blocks, logger: silent })
  const routers = [createGatewayRouter(blocks)]
  const { url } = await startHttpServer({ routers, logger: silent }, 0)
  const server = createServer((socket) => {
    pipeline(createReadStream(file), socket).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a port was asked for')
  return {
    content: content ?? (await takeIn(blocks, file)),
    addresses: libp2p.getMultiaddrs().map(String),
    gateway: url,
    tcpPort: address.port,
  }
}

async function takeIn(blocks: FlatBlockStore, file: string): Promise<Content> {
  const store = createContentStore({
    blocks,
    pins: { pin: () => undefined, unpin: () => undefined, pinned: () => [] },
    fetcher: { fetch: () => Promise.reject(new Error('a provider fetches nothing')) },
  })
  const { cid } = await store.addFile(file, { signal: new AbortController().signal })
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array)
  return { cid, bytes: (await stat(file)).size, sha256: hash.digest('hex') }
}
