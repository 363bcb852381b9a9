import { Readable } from 'node:stream'
import Router from '@koa/router'
import type { UnixFSEntry } from 'ipfs-unixfs-exporter'
import { exporter } from 'ipfs-unixfs-exporter'
import type { Context } from 'koa'
import { CID } from 'multiformats/cid'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { parseRange } from './range.ts'

const contentTypes: Readonly<Record<string, string>> = {
  m3u8: 'application/vnd.apple.mpegurl',
  ts: 'video/mp2t',
  m4s: 'video/iso.segment',
  mp4: 'video/mp4',
  aac: 'audio/aac',
  vtt: 'text/vtt; charset=utf-8',
  json: 'application/json',
  jpg: 'image/jpeg',
  png: 'image/png',
}

/** A response never changes: its address is the hash of its bytes. */
const immutable = 'public, max-age=29030400, immutable'

/**
 * `GET|HEAD /ipfs/<cid>/<path>`: files of trees that are on this node, for players. It never asks the network,
 * so nobody can make this node fetch, and content is public to any page, as it is public to any peer.
 */
export function createGatewayRouter(blocks: FlatBlockStore): Router {
  const router = new Router()
  router.use(async (context, next) => {
    context.set('access-control-allow-origin', '*')
    context.set('access-control-allow-headers', 'range, if-none-match')
    context.set('access-control-expose-headers', 'content-length, content-range, etag, x-ipfs-path')
    context.set('x-content-type-options', 'nosniff')
    await next()
  })
  router.options('/ipfs/{*path}', (context) => {
    context.status = 204
  })
  router.get('/ipfs/{*path}', (context) => serve(context, blocks))
  return router
}

async function serve(context: Context, blocks: FlatBlockStore): Promise<void> {
  const path = contentPath(context.path)
  if (!path) {
    refuse(context, 400, 'An address is /ipfs/<CID>/<path>.')
    return
  }
  const entry = await exporter(path, blocks, { offline: true }).catch(() => null)
  if (entry?.type !== 'file' && entry?.type !== 'raw') {
    refuse(
      context,
      404,
      entry
        ? 'This is a directory; a player wants the master.m3u8 in it.'
        : 'This node does not have that.',
    )
    return
  }
  context.set('etag', `"${entry.cid}"`)
  context.set('cache-control', immutable)
  context.set('accept-ranges', 'bytes')
  context.set('x-ipfs-path', `/ipfs/${path}`)
  context.type = contentTypes[path.split('.').pop() ?? ''] ?? 'application/octet-stream'
  if (context.get('if-none-match') === `"${entry.cid}"`) {
    context.status = 304
    return
  }
  sendFile(context, entry)
}

function sendFile(context: Context, entry: Extract<UnixFSEntry, { type: 'file' | 'raw' }>): void {
  const size = Number(entry.size)
  const range = parseRange(context.get('range'), size)
  if (range === 'unsatisfiable') {
    context.set('content-range', `bytes */${size}`)
    refuse(context, 416, 'The file is shorter than that.')
    return
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  context.status = range ? 206 : 200
  if (range) context.set('content-range', `bytes ${start}-${end}/${size}`)
  context.length = end - start + 1
  if (context.method === 'HEAD') return
  const gone = new AbortController()
  context.res.once('close', () => gone.abort())
  const content = entry.content({
    offset: start,
    length: end - start + 1,
    offline: true,
    signal: gone.signal,
  })
  context.body = Readable.from(content)
  context.length = end - start + 1
}

/** `<cid>` or `<cid>/<path>`, or null for what is neither. */
function contentPath(path: string): string | null {
  const rest = decode(path.slice('/ipfs/'.length))?.replace(/\/+$/, '')
  const [root] = rest?.split('/') ?? []
  if (!rest || !root) return null
  try {
    CID.parse(root)
    return rest
  } catch {
    return null
  }
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

function refuse(context: Context, status: number, message: string): void {
  context.status = status
  context.type = 'text/plain; charset=utf-8'
  context.body = `${message}\n`
}
