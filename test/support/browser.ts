import { access, open, stat, writeFile } from 'node:fs/promises'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'
import { childEnvironment } from '#node/config.ts'
import { makeFolder } from './ffmpeg.ts'

type BrowserProgram = { readonly file: string; readonly env: Readonly<Record<string, string>> }

/** Starts a real Chromium without a window. Rejects where none can be had: a test of playback is never passed over. */
export async function openBrowser(): Promise<Browser> {
  const { file, env } = await browserProgram()
  return await chromium.launch({
    ...{ executablePath: file, env: { ...env } },
    args: ['--autoplay-policy=no-user-gesture-required'],
  })
}

/** The program, and the whole environment that it runs in. */
export async function browserProgram(): Promise<BrowserProgram> {
  const { file, env } = await findBrowser()
  const environment = Object.entries(childEnvironment(env)).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return { file, env: Object.fromEntries(environment) }
}

/** The one that `CHROMIUM_PATH` names, else the one installed, else the one that npm ships for Linux. */
async function findBrowser(): Promise<BrowserProgram> {
  const { CHROMIUM_PATH: named } = childEnvironment({})
  for (const file of [named, '/usr/bin/chromium']) {
    if (file !== undefined && (await isThere(file))) return { file, env: {} }
    if (file !== undefined && file === named)
      throw new Error(`CHROMIUM_PATH leads nowhere: ${file}`)
  }
  const shipped = await unpackShipped().catch((cause: unknown) => cause)
  if (!(shipped instanceof Error)) return shipped as BrowserProgram
  throw new Error('No Chromium: install one, or name it in CHROMIUM_PATH.', { cause: shipped })
}

/**
 * @sparticuz/chromium is made for a machine that lacks everything: it brings its libraries, which it unpacks nowhere
 * else by itself, and fonts under a configuration that names a folder which does not exist.
 */
async function unpackShipped(): Promise<BrowserProgram> {
  const { default: shipped, inflate } = await import('@sparticuz/chromium')
  const bin = fileURLToPath(new URL('../bin/', import.meta.resolve('@sparticuz/chromium')))
  const file = await shipped.executablePath()
  const libraries = await inflate(path.join(bin, 'al2023.tar.br'))
  const fonts = path.join(await makeFolder(), 'fonts.conf')
  const folder = path.join(tmpdir(), 'fonts')
  await writeFile(fonts, `<?xml version="1.0"?><fontconfig><dir>${folder}</dir></fontconfig>`)
  return { file, env: { LD_LIBRARY_PATH: path.join(libraries, 'lib'), FONTCONFIG_FILE: fonts } }
}

async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  )
}

export type StaticSite = AsyncDisposable & { readonly address: string }

/** Serves a folder, and some texts beside it, as a gateway would: with byte ranges. */
export async function serveFolder(
  folder: string,
  texts: Readonly<Record<string, string>> = {},
): Promise<StaticSite> {
  const server = createServer((request, response) => {
    answer(folder, texts, request, response).catch(() => response.writeHead(404).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => close(server),
  }
}

async function answer(
  folder: string,
  texts: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = new URL(request.url ?? '/', 'http://localhost').pathname
  const text = texts[name]
  if (text !== undefined) {
    response
      .writeHead(200, { 'content-type': name === '/' ? 'text/html' : 'text/javascript' })
      .end(text)
    return
  }
  const file = path.join(folder, path.normalize(name))
  const { size } = await stat(file)
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const start = Number(from ?? 0)
  const end = to ? Math.min(Number(to), size - 1) : size - 1
  const handle = await open(file)
  const { buffer } = await handle.read(Buffer.alloc(end - start + 1), 0, end - start + 1, start)
  await handle.close()
  response.writeHead(from === undefined ? 200 : 206, {
    'accept-ranges': 'bytes',
    'content-length': buffer.length,
    ...(from === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }),
  })
  response.end(buffer)
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
