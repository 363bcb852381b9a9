import type { CID } from 'multiformats/cid'
import { MarketError } from '#market/errors.ts'
import type { FetchOptions, FetchReport, FileSpan } from '#market/ports/content-store.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { FlatBlockStore, Pieces } from '../ipfs/block-store.ts'
import { bytesIn, isBlockOf } from '../ipfs/block-store.ts'
import { blockLimitBytes, isLeaf, linksOf } from '../ipfs/dag.ts'
import type { Stretch } from '../ipfs/file-bytes.ts'
import { findFile, stretchesBelow } from '../ipfs/file-bytes.ts'
import type { Logger } from '../logger.ts'
import type { BlockStream, BlockStreams, Provider } from './block-streams.ts'
import { requestLimit } from './block-streams.ts'
import { blocksOf, bytesOf, smallBlocks } from './fetch-limits.ts'
import type { Asked, WantList } from './want-list.ts'
import { createWantList } from './want-list.ts'

export interface BlockFetcher<From = HiveAccount> {
  /** See ContentStore.fetch. */
  fetch(root: CID, providers: readonly From[], options: FetchOptions): Promise<FetchReport>
}

type FetcherDeps<From> = {
  readonly blocks: FlatBlockStore
  readonly streams: BlockStreams<From>
  readonly logger: Logger
  /** Who else may have what those that should have it have not. */
  readonly others?: () => Promise<readonly From[]>
}

type Tally = { blocks: number; bytes: number; local: number; localBytes: number }

type Fetch = {
  readonly blocks: FlatBlockStore
  readonly wants: WantList
  readonly tally: Tally
  readonly options: FetchOptions
  /** Aborts what other peers still owe, once nothing is wanted any more. */
  readonly finish: AbortController
}

/** Ids to bring, and what else is wanted once a block is here. */
type Wanted = {
  readonly roots: readonly CID[]
  readonly follow: (cid: CID, block: Uint8Array) => readonly CID[]
}

/** A block of the network's profile, and nothing below it. */
const nothingMore: Wanted['follow'] = (cid, block) => {
  linksOf(cid, block)
  return []
}

/** What a look into a file found. What is no file, or not the file it says it is, is nobody's to bring. */
async function ofFile<T>(root: CID, look: Promise<T>): Promise<T> {
  try {
    return await look
  } catch (error) {
    throw error instanceof RangeError ? noFile(root, error) : error
  }
}

function noFile(root: CID, cause: RangeError): MarketError {
  return new MarketError(
    'content-corrupt',
    `${root} is not a file: ${cause.message}.`,
    {},
    { cause },
  )
}

/**
 * Fetches everything below a root from several peers at once: they share one list of what is wanted, each takes a few ids at a time,
 * and a block is verified before it is kept or looked into. A peer that lacks a block is not asked for that one again; one that lies
 * is banned, one that falls silent left out for the rest of this fetch, and what it owed goes back on the list.
 * What is here already, and sound, is never asked for, so a fetch resumes: what the providers lack is looked for at others' once.
 */
export function createBlockFetcher<From = Provider>(
  { blocks, streams, logger, others = async () => [] }: FetcherDeps<From>,
  limits: { readonly smallBlocks: number } = { smallBlocks },
): BlockFetcher<From> {
  const fetchAll = async (
    { roots, follow }: Wanted,
    providers: readonly From[],
    options: FetchOptions,
  ): Promise<FetchReport> => {
    const wants = createWantList({
      peers: Math.max(1, providers.length),
      limit: blocksOf(options, limits.smallBlocks),
      follow,
    })
    const tally: Tally = { blocks: 0, bytes: 0, local: 0, localBytes: 0 }
    const finish = new AbortController()
    const fetch: Fetch = { blocks, wants, tally, options, finish }
    wants.add(roots)
    await takeLocal(fetch)
    const results = wants.isDone()
      ? []
      : await Promise.allSettled(
          providers.map((provider, peer) =>
            pullFrom((signal) => streams.open(provider, signal), peer, fetch),
          ),
        )
    options.signal.throwIfAborted()
    if (finish.signal.reason instanceof MarketError) throw finish.signal.reason
    if (wants.isDone()) {
      options.onProgress?.(100)
      const { blocks: fetched, bytes, local } = tally
      return { blocks: fetched, bytes, local }
    }
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected')
        logger.warn(
          'provider left out',
          { provider: String(providers[index]), root: String(roots[0]) },
          result.reason,
        )
    }
    throw unavailable(roots, results)
  }

  /** Level by level, because what a stretch needs of a block depends on where in the file the block stands. */
  const fetchSpan = async (
    root: CID,
    span: FileSpan,
    providers: readonly From[],
    options: FetchOptions,
  ): Promise<FetchReport> => {
    const total = { blocks: 0, bytes: 0, local: 0 }
    const bring = async (roots: readonly CID[]): Promise<void> => {
      const report = await fetchAll({ roots, follow: nothingMore }, providers, {
        ...options,
        expectedBytes: roots.length * blockLimitBytes,
      })
      total.blocks += report.blocks
      total.bytes += report.bytes
      total.local += report.local
    }
    await bring([root])
    const { size } = await ofFile(root, findFile(blocks, root))
    for (
      let level: readonly Stretch[] = [{ cid: root, at: 0, size, depth: 0 }];
      level.length > 0;
    ) {
      level = await ofFile(root, stretchesBelow(blocks, level, span))
      if (level.length > 0) await bring(level.map(({ cid }) => cid))
    }
    return total
  }

  const fetchFrom = (
    root: CID,
    providers: readonly From[],
    options: FetchOptions,
  ): Promise<FetchReport> =>
    options.span
      ? fetchSpan(root, options.span, providers, options)
      : fetchAll({ roots: [root], follow: linksOf }, providers, options)

  return {
    fetch: async (root, providers, options) => {
      try {
        return await fetchFrom(root, providers, options)
      } catch (error) {
        if (!(error instanceof MarketError) || error.code !== 'content-unavailable') throw error
        const open = await others()
        if (open.length === 0) throw error
        return await fetchFrom(root, open, options)
      }
    },
  }
}

/** Streams on which one peer is asked at a time: while a block of one is written to the disk, those of the others are on their way. */
const lanes = 4

/** Asks one peer on several streams. Rejects when the peer is of no use; one that has no room for more streams than one still is. */
async function pullFrom(
  open: (signal: AbortSignal) => Promise<BlockStream>,
  peer: Asked,
  fetch: Fetch,
): Promise<void> {
  const useless = new AbortController()
  const signal = AbortSignal.any([fetch.options.signal, fetch.finish.signal, useless.signal])
  const openOne = async (): Promise<BlockStream> => {
    const stream = await open(signal)
    const lied = (cid: CID): void => {
      stream.lied(cid)
      useless.abort(new Error(`sent other bytes for ${cid}`))
    }
    return { ...stream, lied }
  }
  const pullOn = async (lane: number): Promise<void> => {
    try {
      // The first one connects at once; the others wait until there is something to ask for.
      const asked = lane === 0 ? [] : await fetch.wants.take(peer, requestLimit)
      if (lane === 0 || asked.length > 0) await pull(openOne, asked, { peer, fetch })
    } catch (error) {
      if (lane === 0) useless.abort(error)
      throw error
    }
  }
  const [first] = await Promise.allSettled(Array.from({ length: lanes }, (_, lane) => pullOn(lane)))
  if (first?.status === 'rejected') throw useless.signal.reason ?? first.reason
}

/** Asks for blocks on one stream, first for those already taken, until the peer has nothing to give any more. */
async function pull(
  open: () => Promise<BlockStream>,
  taken: readonly CID[],
  { peer, fetch }: { readonly peer: Asked; readonly fetch: Fetch },
): Promise<void> {
  const { wants } = fetch
  let owed = [...taken]
  try {
    await using stream = await open()
    if (owed.length === 0) owed = [...(await wants.take(peer, requestLimit))]
    for (; owed.length > 0; owed = [...(await wants.take(peer, requestLimit))])
      for await (const block of stream.request([...owed])) {
        const cid = owed.shift()
        if (!cid) break
        if (block.length === 0) wants.lacks(peer, cid)
        else await keep({ cid, block, stream }, fetch).finally(() => wants.putBack(peer, [cid]))
      }
  } finally {
    wants.putBack(peer, owed)
  }
}

/** In the place of a leaf's bytes, at which nobody looks for links. */
const nothing = new Uint8Array()

type Sent = {
  readonly cid: CID
  readonly block: Pieces
  readonly stream: Pick<BlockStream, 'lied'>
}

/** Takes in one block that a peer has sent. */
async function keep({ cid, block, stream }: Sent, fetch: Fetch): Promise<void> {
  const { blocks, wants, tally, options, finish } = fetch
  if (!isBlockOf(cid, block)) {
    stream.lied(cid)
    throw new Error(`sent other bytes for ${cid}`)
  }
  const bytes = bytesIn(block)
  if (knownBytes(tally) + bytes > bytesOf(options)) throw ended(fetch, tooMuch(options))
  await blocks.put(cid, block)
  if (!resolve(cid, isLeaf(cid) ? nothing : Buffer.concat(block), fetch)) return
  tally.blocks += 1
  tally.bytes += bytes
  await takeLocal(fetch)
  options.onProgress?.(Math.min(100, (100 * knownBytes(tally)) / options.expectedBytes))
  if (wants.isDone()) finish.abort()
}

/** Takes from the list what is here already, and what that refers to. A block that the disk has spoilt is wanted again. */
async function takeLocal(fetch: Fetch): Promise<void> {
  const { blocks, wants, tally } = fetch
  for (let cid = wants.nextUnseen(); cid; cid = wants.nextUnseen()) {
    const known = isLeaf(cid)
      ? await blocks.soundSize(cid)
      : await blocks.read(cid).catch(() => null)
    if (known === null) {
      wants.absent(cid)
      continue
    }
    const block = typeof known === 'number' ? nothing : known
    tally.local += 1
    tally.localBytes += typeof known === 'number' ? known : known.length
    resolve(cid, block, fetch)
  }
}

/** Marks a block as here. Throws `content-corrupt`, for the fetch as a whole, where it leads to what no peer can have. */
function resolve(cid: CID, block: Uint8Array, fetch: Fetch): boolean {
  try {
    return fetch.wants.resolve(cid, block)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const told = new MarketError('content-corrupt', `Below the id: ${error.message}.`)
    throw ended(fetch, told)
  }
}

/** The content itself is at fault, so nobody is asked any more. */
function ended({ finish }: Fetch, error: MarketError): MarketError {
  finish.abort(error)
  return error
}

function knownBytes({ bytes, localBytes }: Tally): number {
  return bytes + localBytes
}

function tooMuch({ expectedBytes }: FetchOptions): MarketError {
  return new MarketError(
    'content-corrupt',
    `There is more below the id than the ${expectedBytes} bytes it was said to have.`,
  )
}

function unavailable(
  roots: readonly CID[],
  results: readonly PromiseSettledResult<void>[],
): MarketError {
  const reasons = results.map((result) =>
    result.status === 'rejected' ? (result.reason as unknown) : new Error('it lacks blocks'),
  )
  const told = reasons
    .map((reason) => (reason instanceof Error ? reason.message : String(reason)))
    .join('; ')
  return new MarketError(
    'content-unavailable',
    `The peers asked do not have all of ${roots[0]}: ${told || 'there is nobody to ask'}.`,
    {},
    { cause: new AggregateError(reasons, 'each of them failed') },
  )
}
