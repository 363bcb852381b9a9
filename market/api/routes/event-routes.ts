import type Router from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import { eventSocketRoute, eventStreamRoute } from '#protocol/api/events.ts'
import { JobEventView } from '#protocol/api/jobs.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { MarketError } from '../../errors.ts'
import type { EncodingEvent } from '../../ports/job-scheduler.ts'
import type { EventFeed } from '../../services/event-feed.ts'
import { openEventStream } from '../event-stream.ts'
import { mountRaw } from '../mount.ts'
import { viewEvent } from './job-routes.ts'

export type EventRouteDeps = { readonly feed: Pick<EventFeed, 'follow'> }

/** Bytes that wait for a reader; one that falls behind further is let go, and resumes with its last event's number. */
const backlogLimitBytes = 256 * 1024

/** Events as a stream; as a WebSocket they are served where a connection is upgraded, which never comes here. */
export function mountEventRoutes(router: Router, { feed }: EventRouteDeps): void {
  mountRaw(router, eventStreamRoute, (context, { query, headers }) => {
    const last = headers['last-event-id'] ?? ''
    stream(context, feed, { job: query.job, after: last === '' ? null : Number(last) })
  })
  mountRaw(router, eventSocketRoute, (context) => {
    context.set({ upgrade: 'websocket', connection: 'upgrade' })
    throw new MarketError('upgrade-required', 'Here events come by WebSocket; ask for one.')
  })
}

type Asked = { readonly job: EncodingJobId | undefined; readonly after: number | null }

function stream(context: Context, feed: Pick<EventFeed, 'follow'>, { job, after }: Asked): void {
  const events = openEventStream(context, backlogLimitBytes)
  const write = (event: EncodingEvent): boolean => {
    if (job !== undefined && event.job !== job) return true
    const data = z.encode(JobEventView, viewEvent(event))
    return events.send({ id: event.sequence, type: event.type, data })
  }
  void feed.follow(after, write, events.gone).finally(() => events.end())
}
