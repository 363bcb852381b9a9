import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import Koa from 'koa'
import type { z } from 'zod'
import { createDashboard } from '#node/dashboard.ts'
import type { allJobsRoute } from '#protocol/api/all-jobs.ts'

const pageLength = 100

/** A server of the dashboard that has as many jobs as are asked for, and tells of as many events a second. */
export async function serveDashboard(
  folder: string,
  jobs: number,
): Promise<
  AsyncDisposable & { readonly url: string; readonly storm: (rate: number) => () => void }
> {
  const ids = Array.from({ length: jobs }, () => randomUUID())
  const streams = new Set<PassThrough>()
  let sequence = 0
  const app = new Koa()
  // A page that leaves cuts its stream of events.
  app.silent = true
  app.use(async (context, next) => {
    const { path } = context
    if (path === '/api/encoding/all-jobs')
      context.body = pageFrom(ids, Number(context.query['cursor'] ?? 0))
    else if (path === '/api/encoding/events') {
      const stream = new PassThrough()
      streams.add(stream)
      stream.on('close', () => streams.delete(stream))
      context.type = 'text/event-stream'
      context.body = stream
      stream.write(':\n\n')
    } else if (path.startsWith('/api/')) context.throw(404)
    else await next()
  })
  app.use(await createDashboard(folder))
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const send = (): void => {
    sequence += 1
    const said = {
      ...{ sequence, job: ids[sequence % ids.length], type: 'progress', phase: 'leased' },
      ...{ fields: { progress: sequence % 100 }, at: new Date().toISOString() },
    }
    const text = `id: ${sequence}\nevent: progress\ndata: ${JSON.stringify(said)}\n\n`
    for (const stream of streams) stream.write(text)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    /** Returns what ends it. */
    storm: (rate) => {
      const started = Date.now()
      let sent = 0
      const timer = setInterval(() => {
        for (; sent < ((Date.now() - started) * rate) / 1_000; sent += 1) send()
      }, 10)
      return () => clearInterval(timer)
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function pageFrom(ids: readonly string[], start: number): z.input<typeof allJobsRoute.reply> {
  const jobs = ids.slice(start, start + pageLength).map((id, index) => ({
    ...{ id, marketJob: null, owner: 'alice', permlink: `film ${start + index}` },
    ...({ tier: 'agent', state: 'working', phase: 'leased' } as const),
    ...{ progress: 0, encoder: 'desk', price: null, ceiling: null, range: null },
    createdAt: new Date(1_767_225_600_000 - 1_000 * (start + index)).toISOString(),
  }))
  const end = start + pageLength
  return { jobs, next: end < ids.length ? String(end) : null }
}
