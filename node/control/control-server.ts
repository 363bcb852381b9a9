import Router from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import type { WatchableEvents } from '#market/adapters/sqlite/job-stores.ts'
import { openEventStream } from '#market/api/event-stream.ts'
import { bearerToken, localHostOnly } from '#market/api/middleware.ts'
import { mount, parse } from '#market/api/mount.ts'
import type { Creator } from '#market/services/creator/creator.ts'
import type { Encoder } from '#market/services/encoder/encoder.ts'
import type { AwaitedTransaction, NodeStatus } from '#protocol/api/control.ts'
import {
  allowReleaseRoute,
  awaitedRoute,
  chooseBidRoute,
  consideredRoute,
  disputeRoute,
  jobBidsRoute,
  jobEventsPath,
  listPostedRoute,
  postJobRoute,
  signRoute,
  statusRoute,
} from '#protocol/api/control.ts'
import type { PeerView } from '#protocol/api/peers.ts'
import { peersRoute } from '#protocol/api/peers.ts'
import { JobId } from '#protocol/ids.ts'
import { JobEvent } from '#protocol/job-event.ts'
import { describeTransaction } from '../chain/describe-transaction.ts'
import type { AwaitedSignature, Signing } from '../chain/signing.ts'

export type ControlHandlers = {
  readonly status: () => NodeStatus
  readonly peers: () => PeerView[]
  /** Throws where the node is none. */
  readonly creator: () => Pick<
    Creator,
    'postJob' | 'posted' | 'bidsFor' | 'chooseBid' | 'allowRelease' | 'dispute'
  >
  /** Throws where the node is none. */
  readonly encoder: () => Pick<Encoder, 'considered'>
  readonly events: WatchableEvents
  readonly signing: Pick<Signing, 'awaited' | 'accept'>
}

const JobParams = z.object({ job: JobId })

/** Absent, and so empty, on a first visit. */
const LastEventId = z.union([
  z.literal('').transform(() => 0),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
])

/** Bytes that wait for a reader. One that falls behind further is let go, and resumes with its last event's number. */
const backlogLimitBytes = 1024 * 1024

/** What a node's owner may ask of it, on this machine and with the token of its data directory. */
export function createControlRouter(
  { status, peers, creator, encoder, events, signing }: ControlHandlers,
  token: string,
): Router {
  const router = new Router()
  router.use('/control', localHostOnly(), bearerToken(token))
  mount(router, statusRoute, async () => status())
  mount(router, peersRoute, async () => ({ peers: peers() }))
  mount(router, postJobRoute, async ({ body, signal }) => ({
    job: await creator().postJob(body, signal),
  }))
  mount(router, listPostedRoute, async () => ({ jobs: [...creator().posted()] }))
  mount(router, jobBidsRoute, async ({ params }) => creator().bidsFor(params.job))
  mount(router, consideredRoute, async () => ({ offers: [...encoder().considered()] }))
  mount(router, chooseBidRoute, async ({ params, body }) => {
    creator().chooseBid(params.job, body.bid)
    return {}
  })
  mount(router, allowReleaseRoute, async ({ params }) => {
    creator().allowRelease(params.job)
    return {}
  })
  mount(router, disputeRoute, async ({ params, body }) => {
    creator().dispute(params.job, body)
    return {}
  })
  mount(router, awaitedRoute, async () => signing.awaited().map(describeAwaited))
  mount(router, signRoute, async ({ params, body }) => {
    await signing.accept(params.id, body.signatures)
    return {}
  })
  router.get(jobEventsPath, (context) =>
    streamEvents(context, parse(JobParams, context.params).job, events),
  )
  return router
}

function describeAwaited({ entry, missing }: AwaitedSignature): AwaitedTransaction {
  const { signatures: _, ...transaction } = entry.transaction
  const { id, expires } = entry
  return { id, expires, transaction, missing: [...missing], lines: [...describeTransaction(entry)] }
}

/** Sends a job's past events, then each new one, as server-sent events; `Last-Event-ID` resumes after an interruption. */
function streamEvents(context: Context, job: JobId, events: WatchableEvents): void {
  let last = parse(LastEventId, context.get('last-event-id'))
  const stream = openEventStream(context, backlogLimitBytes)
  const write = (event: JobEvent, sequence: number | null): boolean =>
    stream.send({ ...(sequence !== null && { id: sequence }), data: z.encode(JobEvent, event) })
  const unwatch = events.watch(job, (event, sequence) => {
    if (sequence === null || sequence > last) write(event, sequence)
  })
  stream.gone.addEventListener('abort', unwatch, { once: true })
  for (const { event, sequence } of events.after(job, last)) {
    write(event, sequence)
    last = sequence
  }
}
