import { randomUUID } from 'node:crypto'
import type { Middleware } from 'koa'
import helmet from 'koa-helmet'
import type { Multiaddr } from '#protocol/ids.ts'
import { webSocketSource } from './web-socket-source.ts'

export type RequestFacts = {
  readonly request: string
  readonly method: string
  readonly path: string
  /** The pattern that it matched, or `none`. */
  readonly route: string
  readonly status: number
  readonly milliseconds: number
}

/** Gives each request an id, noted in `ids` and told to the client, and tells what came of it. */
export function identify(
  ids: WeakMap<object, string>,
  log: (facts: RequestFacts) => void,
): Middleware {
  return async (context, next) => {
    const request = randomUUID()
    ids.set(context, request)
    context.set('x-request-id', request)
    const began = performance.now()
    await next()
    const { method, path, status } = context
    const route = String(context['_matchedRoute'] ?? 'none')
    log({
      request,
      method,
      path,
      route,
      status,
      milliseconds: Math.round(performance.now() - began),
    })
  }
}

/** Pages of this server load nothing from elsewhere; blobs are what players make of segments. */
export function securityHeaders(webSockets: () => readonly Multiaddr[]): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // The encoder of the sound, where a browser lacks one, is WebAssembly.
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        // A page finds its user's own desktop agent here, and the server's peer where that listens for pages.
        connectSrc: ["'self'", 'http://127.0.0.1:3002', () => sourcesOf(webSockets())],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        // The page of the API styles its elements one by one.
        styleSrc: ["'self'", "'unsafe-inline'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginResourcePolicy: false,
  })
}

function sourcesOf(addresses: readonly Multiaddr[]): string {
  return [...new Set(addresses.flatMap((address) => webSocketSource(address) ?? []))].join(' ')
}
