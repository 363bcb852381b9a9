import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MarketError } from '#market/errors.ts'
import type { Logger } from '../../logger.ts'
import { devchainNotice } from '../chain-id.ts'
import type { Exchange, Reply } from './exchange.ts'

const host = '127.0.0.1'
const largestRequest = 2 * 1024 * 1024

const commonHeaders = {
  'x-spk-encoder-devchain': devchainNotice,
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': '*',
  'access-control-allow-private-network': 'true',
} as const

export type HttpServerDeps = {
  readonly exchange: Exchange
  /** What `GET /health` shows. */
  readonly health: () => unknown
  readonly logger: Logger
}

export interface HttpServer extends AsyncDisposable {
  readonly url: string
}

/** Serves JSON-RPC on the loopback interface and nowhere else. Port 0 takes a free one. */
export async function startHttpServer(
  deps: HttpServerDeps,
  { port }: { readonly port: number },
): Promise<HttpServer> {
  const stopping = new AbortController()
  const server = createServer((request, response) => {
    answer(request, response, deps, stopping.signal).catch((error: unknown) => {
      if (!stopping.signal.aborted) deps.logger.warn('request not answered', {}, error)
      response.destroy()
    })
  })
  await listen(server, port)
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host}:${taken}`,
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    throw portError(port, error)
  }
}

function portError(port: number, cause: unknown): MarketError {
  const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
  const reason = isTaken ? 'is in use' : `can not be opened (${String(cause)})`
  const message = `Port ${port} ${reason}; choose another.`
  return new MarketError('option-invalid', message, { port }, { cause })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { exchange, health }: HttpServerDeps,
  signal: AbortSignal,
): Promise<void> {
  if (request.method === 'OPTIONS') return send(response, 204)
  if (request.method === 'GET') return sendJson(response, health())
  if (request.method !== 'POST') return send(response, 405)
  const body = await readBody(request)
  if (body === null) return send(response, 413)
  sendReply(response, await exchange(body, signal))
}

/** The body, or null if it is too large. The rest is then not read, but the connection stays open for the answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > largestRequest) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function sendReply(response: ServerResponse, reply: Reply): void {
  if (reply.type === 'cut') {
    response.socket?.destroy()
  } else if (reply.type === 'json') {
    sendJson(response, reply.body)
  } else if (reply.as === 'html') {
    response.writeHead(200, { ...commonHeaders, 'content-type': 'text/html' })
    response.end('<html><body><h1>Injected fault</h1></body></html>')
  } else {
    send(response, reply.as)
  }
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { ...commonHeaders, 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

function send(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...commonHeaders, connection: 'close' })
  response.end()
}
