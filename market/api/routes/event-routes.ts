import { PassThrough } from 'node:stream'
import type Router from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import { JobEventView, jobEventStreamPath } from '#protocol/api/jobs.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { EncodingEvent } from '../../ports/job-scheduler.ts'
import type { EventFeed } from '../../services/event-feed.ts'
import { parse } from '../mount.ts'
import { viewEvent } from './job-routes.ts'

export type EventRouteDeps = { readonly feed: Pick<EventFeed, 'follow'> }

const StreamQuery = z.object({ job: EncodingJobId.optional() })
const LastEventId = z.union([
  z.literal('').transform(() => null),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
])

/** Bytes that wait for a reader; one that falls behind further is let go, and resumes with its last event's number. */
const backlogLimitBytes = 256 * 1024
const heartbeatMs = 15_000

/** `GET /api/encoding/events`: server-sent events of all jobs, or with `?job=` of one; `Last-Event-ID` resumes. */
export function mountEventRoutes(router: Router, { feed }: EventRouteDeps): void {
  router.get(jobEventStreamPath, (context) => stream(context, feed))
}

function stream(context: Context, feed: Pick<EventFeed, 'follow'>): void {
  const { job } = parse(StreamQuery, context.query)
  const after = parse(LastEventId, context.get('last-event-id'))
  const gone = new AbortController()
  const body = new PassThrough()
  const heartbeat = setInterval(() => body.write(': here\n\n'), heartbeatMs)
  body.once('close', () => {
    clearInterval(heartbeat)
    gone.abort()
  })
  context.res.once('close', () => body.destroy())
  context.set('cache-control', 'no-store')
  context.set('x-accel-buffering', 'no')
  context.type = 'text/event-stream'
  context.status = 200
  context.body = body
  // Headers go out at once, so that a reader knows it is connected.
  body.write(': here\n\n')
  const write = (event: EncodingEvent): boolean => {
    if (job !== undefined && event.job !== job) return true
    const text = JSON.stringify(z.encode(JobEventView, viewEvent(event)))
    body.write(`id: ${event.sequence}\nevent: ${event.type}\ndata: ${text}\n\n`)
    return body.writableLength <= backlogLimitBytes
  }
  void feed.follow(after, write, gone.signal).finally(() => body.end())
}
