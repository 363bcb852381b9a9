import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import Router from '@koa/router'
import type { Context } from 'koa'
import { MarketError } from '#market/errors.ts'
import type { FileSpan } from '#market/ports/content-store.ts'
import type { Cid } from '#protocol/ids.ts'
import { isWindow } from '../encoding/window-address.ts'
import { parseRange } from '../gateway/range.ts'
import { startHttpServer } from '../http-server.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { parseCid } from '../ipfs/dag.ts'
import type { FoundFile } from '../ipfs/file-bytes.ts'
import { fileBytes, findFile } from '../ipfs/file-bytes.ts'
import type { Logger } from '../logger.ts'

/** A source that FFmpeg can read, until disposed. */
export type OpenSource = AsyncDisposable & {
  /** What FFmpeg opens: a path, or an address on this machine that nobody else knows. */
  readonly input: string
  /** Aborts as the caller's does, and when a part of the source could not be read: what was made of it is then worth nothing. */
  readonly signal: AbortSignal
}

/** Brings a stretch of a source here. Rejects where nobody has it. */
export type BringSpan = (span: FileSpan, signal: AbortSignal) => Promise<unknown>

export type WindowOptions = {
  readonly signal: AbortSignal
  /** Asked for each stretch before it is read; absent for a source that is here. */
  readonly bring?: BringSpan | undefined
}

export type SourceWindows = AsyncDisposable & {
  /** Rejects with `content-unavailable` where the root of the file is not here and cannot be brought. */
  open(cid: Cid, options: WindowOptions): Promise<OpenSource>
}

/** Bytes that are brought at a time: enough for several providers to work at, few enough to bring little that nobody reads. */
const stretchBytes = 4 * 1024 * 1024

type Window = {
  readonly file: FoundFile
  readonly options: WindowOptions
  readonly failed: AbortController
}

/**
 * Lets FFmpeg read sources where they lie: it asks for the bytes that it needs, over HTTP on this machine, and no copy is written.
 * Each block is verified as it is read. An answer that has to be broken off would look like the end of a file to FFmpeg,
 * so the source's signal is aborted first.
 */
export async function startSourceWindows({
  blocks,
  logger,
}: {
  readonly blocks: Pick<FlatBlockStore, 'read'>
  readonly logger: Logger
}): Promise<SourceWindows> {
  const windows = new Map<string, Window>()
  const router = new Router()
  router.get('/:name', (context) => {
    const window = windows.get(String(context.params['name']))
    if (window) answer(context, blocks, window)
  })
  const server = await startHttpServer({ routers: [router], logger }, 0)
  return {
    open: async (cid, options) => {
      const { signal, bring } = options
      await bring?.({ start: 0, end: 1 }, signal)
      const file = await findFile(blocks, parseCid(cid)).catch((cause: unknown) => {
        throw unread(cid, cause)
      })
      const name = randomBytes(16).toString('hex')
      const failed = new AbortController()
      const input = `${server.url}/${name}`
      if (!isWindow(input)) throw new Error(`${input} is no address of a window`)
      windows.set(name, { file, options, failed })
      return {
        input,
        signal: AbortSignal.any([signal, failed.signal]),
        [Symbol.asyncDispose]: async () => void windows.delete(name),
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function answer(context: Context, blocks: Pick<FlatBlockStore, 'read'>, window: Window): void {
  const { size } = window.file
  const range = parseRange(context.get('range'), size)
  context.set('accept-ranges', 'bytes')
  context.type = 'application/octet-stream'
  if (range === 'unsatisfiable') {
    context.set('content-range', `bytes */${size}`)
    context.status = 416
    return
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  context.status = range ? 206 : 200
  if (range) context.set('content-range', `bytes ${start}-${end}/${size}`)
  context.length = end - start + 1
  if (context.method === 'HEAD') return
  const gone = new AbortController()
  const body = Readable.from(read(blocks, window, { start, end: end + 1 }, gone.signal), {
    objectMode: false,
    highWaterMark: 1,
  })
  context.res.once('close', () => {
    gone.abort()
    body.destroy()
  })
  context.body = body
}

/** The bytes of a span as they are taken, each stretch brought when the one before it was. */
async function* read(
  blocks: Pick<FlatBlockStore, 'read'>,
  { file, options, failed }: Window,
  { start, end }: FileSpan,
  gone: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const signal = AbortSignal.any([gone, options.signal])
  try {
    for (let at = start; at < end; ) {
      const next = Math.min(end, at - (at % stretchBytes) + stretchBytes)
      const span = { start: at, end: next }
      await options.bring?.(span, signal)
      yield* fileBytes(blocks, file, span, signal)
      at = next
    }
  } catch (error) {
    if (!signal.aborted) failed.abort(unread(file.cid.toString(), error))
    throw error
  }
}

function unread(cid: string, cause: unknown): MarketError {
  if (cause instanceof MarketError) return cause
  const message = `A part of the source ${cid} could not be read.`
  return new MarketError('content-unavailable', message, {}, { cause })
}
