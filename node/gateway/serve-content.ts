import { Readable } from 'node:stream'
import { NotFoundError } from 'interface-store'
import type { UnixFSEntry } from 'ipfs-unixfs-exporter'
import { exporter } from 'ipfs-unixfs-exporter'
import type { Context } from 'koa'
import { MarketError } from '#market/errors.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import type { FoundFile } from '../ipfs/file-bytes.ts'
import { fileBytes } from '../ipfs/file-bytes.ts'
import { tellingBytes, typeByBeginning, typeByName } from './content-type.ts'
import { parseRange } from './range.ts'

/** A file below an id, and how long whoever gets it may keep it. */
export type Asked = { readonly path: string; readonly caching: string }

/** Answers with a file that is on this node, or a part of it; refuses what is no file or is not there. */
export async function serveContent(
  context: Context,
  blocks: FlatBlockStore,
  { path, caching }: Asked,
): Promise<void> {
  const entry = await find(path, blocks)
  if (entry?.type !== 'file' && entry?.type !== 'raw') {
    refuse(
      context,
      404,
      entry
        ? 'This is no file; a player wants the master.m3u8 in a directory.'
        : 'There is nothing of that name.',
    )
    return
  }
  const etag = `"${entry.cid}"`
  context.set('etag', etag)
  context.set('accept-ranges', 'bytes')
  context.set('x-ipfs-path', `/ipfs/${path.split('/').map(encodeURIComponent).join('/')}`)
  context.status = 200
  if (isKnown(context.get('if-none-match'), etag)) {
    context.status = 304
    context.set('cache-control', caching)
    return
  }
  const file = { cid: entry.cid, size: Number(entry.size) }
  context.type = typeByName(path) ?? (await typeOfUnnamed(blocks, file))
  await sendFile(context, blocks, { ...file, caching })
}

/** A file that is not here has no type; whoever wants its bytes will hear that. */
async function typeOfUnnamed(blocks: FlatBlockStore, file: FoundFile): Promise<string> {
  const end = Math.min(tellingBytes, file.size)
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of fileBytes(
      blocks,
      file,
      { start: 0, end },
      new AbortController().signal,
    ))
      pieces.push(piece)
  } catch {
    return typeByBeginning(new Uint8Array())
  }
  return typeByBeginning(Buffer.concat(pieces))
}

/** True if the asker has it: whatever its cache believes, what an id names never changes. */
function isKnown(known: string, etag: string): boolean {
  return known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}

/** What a path leads to; null where a name in it is not there. Rejects with `content-absent` where a block of the way is not here. */
async function find(path: string, blocks: FlatBlockStore): Promise<UnixFSEntry | null> {
  try {
    return await exporter(path, blocks, { offline: true })
  } catch (error) {
    if (isMissingBlock(error)) throw notHere(path, error)
    return null
  }
}

/** Sends what was asked for of a file once its first bytes are at hand, so that a file that is not here is an error and no empty answer. */
async function sendFile(
  context: Context,
  blocks: FlatBlockStore,
  { caching, ...file }: FoundFile & Pick<Asked, 'caching'>,
): Promise<void> {
  const { size } = file
  const range = askedRange(context, size)
  if (range === 'unsatisfiable') {
    context.remove('etag')
    context.set('content-range', `bytes */${size}`)
    refuse(context, 416, 'The file is shorter than that.')
    return
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  if (context.method !== 'HEAD') {
    const gone = new AbortController()
    const content = fileBytes(blocks, file, { start, end: end + 1 }, gone.signal)
    const body = Readable.from(await primed(content).catch(asContentError(file)))
    context.res.once('close', () => {
      gone.abort()
      body.destroy()
    })
    context.body = body
  }
  context.status = range ? 206 : 200
  if (range) context.set('content-range', `bytes ${start}-${end}/${size}`)
  context.set('cache-control', caching)
  context.length = end - start + 1
}

/** A range counts for a GET only, and only for the file that the asker means. */
function askedRange(context: Context, size: number): ReturnType<typeof parseRange> {
  const meant = context.get('if-range')
  if (context.method !== 'GET' || (meant !== '' && meant !== context.response.get('etag')))
    return null
  return parseRange(context.get('range'), size)
}

/** The same bytes, the first of which have been read. */
async function primed(content: AsyncGenerator<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const first = await content.next()
  return (async function* () {
    if (!first.done) yield first.value
    yield* content
  })()
}

function asContentError({ cid }: FoundFile): (error: unknown) => never {
  return (error) => {
    throw isMissingBlock(error)
      ? notHere(cid.toString(), error)
      : new MarketError(
          'content-corrupt',
          `${cid} is no file as it should be.`,
          {},
          { cause: error },
        )
  }
}

function notHere(path: string, cause: unknown): MarketError {
  const message = `This node does not have all of /ipfs/${path}.`
  return new MarketError('content-absent', message, {}, { cause })
}

/** Both the block store and the walk along a path fail with a NotFoundError, but only the store's is one of a block. */
function isMissingBlock(error: unknown): boolean {
  return error instanceof NotFoundError
}

export function refuse(context: Context, status: number, message: string): void {
  context.status = status
  context.type = 'text/plain; charset=utf-8'
  context.body = `${message}\n`
}

/** What follows a prefix in an address, as text; null for what is no text. */
export function decodedPath(address: string, prefix: string): string | null {
  try {
    return decodeURIComponent(address.slice(prefix.length))
  } catch {
    return null
  }
}
