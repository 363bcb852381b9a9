import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import type { FileSpan } from '#market/ports/content-store.ts'
import type { FlatBlockStore } from './block-store.ts'
import { isLeaf, linksOf } from './dag.ts'

/** Levels of a file's tree. With 1024 links a block, four levels are a petabyte. */
const depthLimit = 32

/** A file and its length, as its root block says. */
export type FoundFile = { readonly cid: CID; readonly size: number }

/** Looks at a file's root. Rejects as {@link fileBytes} does. */
export async function findFile(blocks: Pick<FlatBlockStore, 'read'>, cid: CID): Promise<FoundFile> {
  const block = await blocks.read(cid)
  const size = isLeaf(cid) ? block.length : Number(unixFsOf(cid, block).fileSize())
  return { cid, size }
}

/** A stretch of the file that a block stands for; its bytes were not read yet. */
export type Stretch = {
  readonly cid: CID
  readonly at: number
  readonly size: number
  readonly depth: number
}

/**
 * The bytes of a file that is here, block by block: the next is read when the last was taken, so memory holds one at a time.
 * Every block must have the size that its parent says, so what comes is neither more nor less than the root promised, and a missing
 * chunk is an error and never a hole. Rejects with a NotFoundError for a block that is not here, with a RangeError for what is no file.
 */
export async function* fileBytes(
  blocks: Pick<FlatBlockStore, 'read'>,
  file: FoundFile,
  span: FileSpan,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const open: Stretch[] = [{ ...file, at: 0, depth: 0 }]
  for (let stretch = open.pop(); stretch; stretch = open.pop()) {
    if (!overlaps(stretch, span)) continue
    signal.throwIfAborted()
    const { bytes, children } = parseStretch(stretch, await blocks.read(stretch.cid))
    const { at } = stretch
    const part = bytes.subarray(Math.max(0, span.start - at), Math.max(0, span.end - at))
    if (part.length > 0) yield part
    for (const child of children.toReversed()) open.push(child)
  }
}

/** Blocks of one level of a file's tree: with chunks of a MiB a span of 64 GiB has no more, and one of a stranger's making may. */
const mostStretches = 65_536

/**
 * Of stretches whose blocks are here, those that they are divided into and that a span needs: the chunks that it is in, and every node
 * that lists others, so that it can be told from garbage what is below. Rejects as {@link fileBytes} does.
 */
export async function stretchesBelow(
  blocks: Pick<FlatBlockStore, 'read'>,
  stretches: readonly Stretch[],
  span: FileSpan,
): Promise<readonly Stretch[]> {
  const below: Stretch[] = []
  for (const stretch of stretches) {
    if (isLeaf(stretch.cid)) continue
    const { children } = parseStretch(stretch, await blocks.read(stretch.cid))
    const needed = children.filter(
      (child) => overlaps(child, span) || (child.size > 0 && !isLeaf(child.cid)),
    )
    if (below.length + needed.length > mostStretches)
      throw new RangeError(`more than ${mostStretches} blocks`)
    below.push(...needed)
  }
  return below
}

/** A stretch of no bytes is never looked into, so nothing can hide a tree without end in one. */
function overlaps({ at, size }: Stretch, { start, end }: FileSpan): boolean {
  return size > 0 && at < end && at + size > start
}

type Parsed = { readonly bytes: Uint8Array; readonly children: readonly Stretch[] }

function parseStretch(stretch: Stretch, block: Uint8Array): Parsed {
  const parsed = isLeaf(stretch.cid)
    ? { bytes: block, children: [] }
    : parseNode(stretch, linksOf(stretch.cid, block), block)
  const size = parsed.children.reduce((sum, child) => sum + child.size, parsed.bytes.length)
  if (size !== stretch.size)
    throw new RangeError(`${stretch.cid} has ${size} bytes and not ${stretch.size}`)
  return parsed
}

function parseNode({ cid, at, depth }: Stretch, links: readonly CID[], block: Uint8Array): Parsed {
  const file = unixFsOf(cid, block)
  if (depth >= depthLimit || file.blockSizes.length !== links.length)
    throw new RangeError(`${cid} is no file`)
  const bytes = file.data ?? new Uint8Array()
  let next = at + bytes.length
  const children = links.map((link, index) => {
    const size = Number(file.blockSizes[index])
    const child = { cid: link, at: next, size, depth: depth + 1 }
    next += size
    return child
  })
  return { bytes, children }
}

function unixFsOf(cid: CID, block: Uint8Array): UnixFS {
  const file = parseUnixFs(cid, block)
  if (file.type !== 'file' && file.type !== 'raw') throw new RangeError(`${cid} is no file`)
  return file
}

function parseUnixFs(cid: CID, block: Uint8Array): UnixFS {
  try {
    return UnixFS.unmarshal(dagPb.decode(block).Data ?? new Uint8Array())
  } catch (error) {
    throw new RangeError(`${cid} is no file`, { cause: error })
  }
}
