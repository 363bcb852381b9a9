import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Router from '@koa/router'
import Koa from 'koa'
import { errorResponses } from '#market/api/middleware.ts'
import { MarketError } from '#market/errors.ts'
import type { Logger } from './logger.ts'

export type HttpServer = AsyncDisposable & {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** For what is no request, such as an upgrade. */
  readonly server: Server
}

/** Players open six at a time each. */
const connectionLimit = 1_000

/** Serves routers on this machine only. Port 0 takes a free one. Rejects with `option-invalid` where the port is taken. */
export async function startHttpServer(
  { routers, logger }: { readonly routers: readonly Router[]; readonly logger: Logger },
  port: number,
): Promise<HttpServer> {
  const app = new Koa()
  // Koa tells here of clients that went away in the middle of an answer: that is their right.
  app.on('error', (error: unknown) => logger.debug('answer not finished', {}, error))
  app.use(errorResponses((error) => logger.error('request failed', {}, error)))
  for (const router of routers) app.use(router.routes()).use(router.allowedMethods())
  return await serveApp(app, { host: '127.0.0.1', port })
}

export type Place = { readonly host: string; readonly port: number }

/** Serves an app. Port 0 takes a free one. Rejects with `option-invalid` where host or port cannot be had. */
export async function serveApp(app: Koa, place: Place): Promise<HttpServer> {
  const handle = app.callback()
  const server = createServer((request, response) => void handle(request, response))
  server.maxConnections = connectionLimit
  // Headers that trickle in are somebody who holds connections open.
  server.headersTimeout = 15_000
  await listen(server, place)
  const { port: taken } = server.address() as AddressInfo
  const host = place.host.includes(':') ? `[${place.host}]` : place.host
  return {
    url: `http://${host}:${taken}`,
    server,
    [Symbol.asyncDispose]: () => close(server),
  }
}

function listen(server: Server, { host, port }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(portTaken(port))
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') reject(noHost(host))
      else reject(error)
    })
    server.listen(port, host, resolve)
  })
}

function noHost(host: string): MarketError {
  return new MarketError('option-invalid', `${host} is no address of this machine.`)
}

function portTaken(port: number): MarketError {
  return new MarketError(
    'option-invalid',
    `Port ${port} is taken by another program; choose another or leave the choice to the system.`,
  )
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
