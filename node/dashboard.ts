import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Context, Middleware } from 'koa'
import { ifAbsent } from './if-absent.ts'

/** Where `npm ci`, or `npm run ui:build`, leaves the dashboard. */
export const dashboardFolder = fileURLToPath(new URL('../ui/dist/', import.meta.url))

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
}

type Page = {
  readonly type: string
  readonly caching: string
  readonly bytes: Buffer
  readonly packed: Buffer
}

/** Files of this folder are named after their contents. */
const immutableFolder = 'assets'

/** Addresses of programs: a page there would be an answer that no program understands. */
const programs = /^\/(api|ipfs|metrics|health|openapi\.json|api-page)(\/|$)/

const pack = promisify(gzip)

const absent = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>spk-encoder</title></head>
  <body><h1>The dashboard is not built</h1><p>Run <code>npm run ui:build</code>, then start this server anew. The API is at <a href="/api">/api</a>.</p></body>
</html>
`

/**
 * The dashboard: its files from memory, and its one page under every other address that a person may open, since pages name themselves.
 * Comes last. A server that changes nothing says so in the page itself, which then offers nothing that it would have to take away again.
 * Nothing is loaded from elsewhere: see the content security policy.
 */
export async function createDashboard(
  folder: string,
  { isReadOnly = false }: { readonly isReadOnly?: boolean } = {},
): Promise<Middleware> {
  const files = await readFiles(folder)
  const built = files.get('/index.html')?.bytes.toString('utf8') ?? absent
  const text = isReadOnly ? built.replace('<html ', '<html data-read-only ') : built
  const home = await pageOf('index.html', Buffer.from(text))
  return async (context, next) => {
    const isRead = context.method === 'GET' || context.method === 'HEAD'
    const file = files.get(context.path)
    if (isRead && file && context.path !== '/index.html') send(context, file)
    else if (isRead && isForPeople(context)) send(context, home)
    else await next()
  }
}

function isForPeople(context: Context): boolean {
  const isFile = context.path.startsWith(`/${immutableFolder}/`)
  return !isFile && !programs.test(context.path) && context.accepts('json', 'html') === 'html'
}

function send(context: Context, { type, caching, bytes, packed }: Page): void {
  context.vary('accept-encoding')
  context.set('cache-control', caching)
  context.type = type
  const isPacked = context.acceptsEncodings('gzip', 'identity') === 'gzip'
  if (isPacked) context.set('content-encoding', 'gzip')
  context.body = isPacked ? packed : bytes
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, Page>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifAbsent([]))
  const pages = names
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      const address = `/${path.slice(join(folder, sep).length).split(sep).join('/')}`
      return [address, await pageOf(address.slice(1), await readFile(path))] as const
    })
  return new Map(await Promise.all(pages))
}

async function pageOf(name: string, bytes: Buffer): Promise<Page> {
  const isImmutable = name.startsWith(`${immutableFolder}/`)
  return {
    type: types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    caching: isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...{ bytes, packed: await pack(bytes, { level: constants.Z_BEST_COMPRESSION }) },
  }
}
