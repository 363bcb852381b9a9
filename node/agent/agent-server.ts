import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type Router from '@koa/router'
import Koa from 'koa'
import { errorResponses } from '#market/api/middleware.ts'
import { MarketError } from '#market/errors.ts'
import type { HttpServer } from '../http-server.ts'
import { serveApp } from '../http-server.ts'
import type { Logger } from '../logger.ts'
import type { RateLimit } from './callers.ts'
import { limitVisits } from './callers.ts'
import { guardDoor } from './door.ts'

/** The file of a node's data directory that says where its agent answers, for its owner's programs. */
export const agentUrlFile = 'agent-url'

export type AgentServerOptions = {
  /** 0 takes a free one; of any other the next free one is taken where it is not free itself. */
  readonly port: number
  readonly origins: readonly string[]
  readonly visits: RateLimit
  /** Of the node. */
  readonly data: string
}

/** Ports that are tried: nodes of several accounts may share a machine. */
const portsTried = 10

/** Serves an agent on 127.0.0.1; resolves to null where no port was free. Nothing is answered before the door has let it in. */
export async function startAgentServer(
  { routers, logger }: { readonly routers: readonly Router[]; readonly logger: Logger },
  { port, origins, visits, data }: AgentServerOptions,
): Promise<HttpServer | null> {
  let taken = port
  const urlFile = join(data, agentUrlFile)
  await rm(urlFile, { force: true })
  const app = new Koa()
  app.on('error', (error: unknown) => logger.debug('answer not finished', {}, error))
  app.use(guardDoor({ port: () => taken, origins }))
  app.use(errorResponses((error) => logger.error('request failed', {}, error)))
  app.use(limitVisits(visits))
  for (const router of routers) app.use(router.routes()).use(router.allowedMethods())
  const server = await serveSomewhere(app, port)
  if (!server) {
    const last = port + portsTried - 1
    logger.warn('no desktop agent', { reason: `ports ${port} to ${last} are taken` })
    return null
  }
  taken = Number(new URL(server.url).port)
  if (port !== 0 && taken !== port)
    logger.warn('desktop agent elsewhere', { port: taken, reason: `port ${port} is taken` })
  await writeFile(urlFile, `${server.url}\n`, { mode: 0o600 })
  return server
}

async function serveSomewhere(app: Koa, first: number): Promise<HttpServer | null> {
  const ports = Array.from({ length: first === 0 ? 1 : portsTried }, (_, index) => first + index)
  for (const port of ports.filter((each) => each < 65_536)) {
    try {
      return await serveApp(app, { host: '127.0.0.1', port })
    } catch (error) {
      if (!(error instanceof MarketError) || error.code !== 'option-invalid') throw error
    }
  }
  return null
}
