import { CID } from 'multiformats/cid'
import { MarketError } from '#market/errors.ts'
import type { ContentStore, TransferOptions } from '#market/ports/content-store.ts'
import type { Cid, HiveAccount } from '#protocol/ids.ts'
import type { FlatBlockStore, Pieces } from '../ipfs/block-store.ts'
import { isBlockOf } from '../ipfs/block-store.ts'
import { sizesOf } from '../ipfs/dag.ts'
import type { Logger } from '../logger.ts'
import { createBlockFetcher } from '../p2p/block-fetcher.ts'
import type { BlockStreams } from '../p2p/block-streams.ts'

export type FetchInputDeps = {
  readonly blocks: FlatBlockStore
  readonly content: Pick<ContentStore, 'fetch' | 'sizes'>
  readonly gatewayStreams: BlockStreams<string>
  readonly peerStreams: BlockStreams
  /** Addresses of gateways, best first. */
  readonly gateways: readonly string[]
  /** Accounts whose nodes may have what was uploaded, such as registered gateways that are connected. */
  readonly peers: () => readonly HiveAccount[]
  /** Told of each exchange of blocks that came to its end. */
  readonly onExchange: () => void
  readonly logger: Logger
}

/** A video that is larger is nobody's upload. */
const mostBytes = 200 * 1024 ** 3

/**
 * Brings the input of a job here, of which nothing is known but its id: from this node, from the gateway that its owner uploaded it to,
 * or from peers. Its size is that of its root, and no more than that is taken. Rejects with `content-unavailable` where nobody has it.
 */
export function createFetchInput(deps: FetchInputDeps) {
  const { blocks, content, gateways, peers, onExchange } = deps
  const fromGateways = createBlockFetcher<string>({
    ...{ blocks, streams: deps.gatewayStreams },
    logger: deps.logger,
  })

  /** Resolves to the first source that has the root, which is then here; null where it was here before. */
  const findRoot = async (cid: Cid, signal: AbortSignal): Promise<void> => {
    const id = CID.parse(cid)
    if (await blocks.has(id)) return
    const opened = [
      ...gateways.map((gateway) => () => deps.gatewayStreams.open(gateway, signal)),
      ...peers().map((peer) => () => deps.peerStreams.open(peer, signal)),
    ]
    for (const open of opened) {
      const block = await firstBlock(open, id).catch((error: unknown) => {
        signal.throwIfAborted()
        deps.logger.debug('provider left out', { cid }, error)
        return null
      })
      if (!block) continue
      await blocks.put(id, block)
      onExchange()
      return
    }
    throw new MarketError('content-unavailable', `Nobody who was asked has the source ${cid}.`)
  }

  return async (cid: Cid, options: TransferOptions): Promise<void> => {
    await findRoot(cid, options.signal)
    const id = CID.parse(cid)
    const { bytes } = sizesOf(id, await blocks.read(id))
    if (bytes > mostBytes)
      throw new MarketError('input-too-large', 'The source says that it is larger than 200 GB.')
    const fetching = { ...options, expectedBytes: bytes }
    try {
      await fromGateways.fetch(id, gateways, fetching)
    } catch (error) {
      options.signal.throwIfAborted()
      const isMissing = error instanceof MarketError && error.code === 'content-unavailable'
      if (!isMissing || peers().length === 0) throw error
      await content.fetch(cid, peers(), fetching)
    }
    onExchange()
  }
}

async function firstBlock(
  open: () => ReturnType<BlockStreams['open']>,
  id: CID,
): Promise<Pieces | null> {
  await using stream = await open()
  for await (const block of stream.request([id])) {
    if (block.length === 0 || isBlockOf(id, block)) return block
    stream.lied(id)
    throw new Error(`sent other bytes for ${id}`)
  }
  return null
}
