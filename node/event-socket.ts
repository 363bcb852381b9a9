import type { Server } from 'node:http'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import type { EncodingEvent } from '#market/ports/job-scheduler.ts'
import type { EventFeed } from '#market/services/event-feed.ts'
import { eventSocketRoute } from '#protocol/api/events.ts'
import { JobEventView } from '#protocol/api/jobs.ts'

const { path, query: SocketQuery = z.never() } = eventSocketRoute

/** Bytes that wait for a reader; one that falls behind further is let go, and resumes with `?after=`. */
const backlogLimitBytes = 256 * 1024
const pingMs = 30_000
/** Listeners say nothing. */
const messageLimitBytes = 1_024

/**
 * Job events by WebSocket, as the event stream has them, one JSON text each: `?job=` for one job, `?after=` to resume behind a sequence.
 * Takes over the upgrades of a server; those of other paths, and of pages that are not allowed, are refused.
 */
export function serveEventSocket(
  server: Server,
  feed: Pick<EventFeed, 'follow'>,
  isOriginAllowed: (origin: string, host: string) => boolean,
): Disposable {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: messageLimitBytes })
  server.on('upgrade', (request, socket, head) => {
    const address = URL.parse(request.url ?? '', 'http://here')
    const query = SocketQuery.safeParse(Object.fromEntries(address?.searchParams ?? []))
    const { origin, host = '' } = request.headers
    const isForeign = origin !== undefined && !isOriginAllowed(origin, host)
    if (address?.pathname !== path || !query.success || isForeign) {
      socket.end(`HTTP/1.1 ${isForeign ? '403 Forbidden' : '400 Bad Request'}\r\n\r\n`)
      return
    }
    const { job, after = null } = query.data
    sockets.handleUpgrade(request, socket, head, (client) => {
      const gone = new AbortController()
      const ping = setInterval(() => client.ping(), pingMs)
      client.once('close', () => {
        clearInterval(ping)
        gone.abort()
      })
      client.on('error', () => client.terminate())
      const tell = (event: EncodingEvent): boolean => {
        if (job !== undefined && event.job !== job) return true
        const { owner: _, ...view } = event
        client.send(JSON.stringify(z.encode(JobEventView, view)))
        return client.bufferedAmount <= backlogLimitBytes
      }
      void feed
        .follow(after, tell, gone.signal)
        .finally(() => client.close(1013, 'resume with ?after='))
    })
  })
  return {
    [Symbol.dispose]: () => {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
    },
  }
}
