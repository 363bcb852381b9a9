import { readFile } from 'node:fs/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { ZodError } from 'zod'
import type { MarketErrorCode } from '#market/errors.ts'
import { MarketError, marketErrors } from '#market/errors.ts'
import type {
  Consideration,
  JobBids,
  NodeStatus,
  PostedJob,
  PostJob,
  TopicTraffic,
} from '#protocol/api/control.ts'
import {
  allowReleaseRoute,
  chooseBidRoute,
  consideredRoute,
  disputeRoute,
  gossipRoute,
  jobBidsRoute,
  jobEventsPath,
  listPostedRoute,
  marketEventsPath,
  postJobRoute,
  statusRoute,
} from '#protocol/api/control.ts'
import type { PeerView } from '#protocol/api/peers.ts'
import { peersRoute } from '#protocol/api/peers.ts'
import { CallError, createClient } from '#protocol/client.ts'
import type { JobEvidence } from '#protocol/dispute.ts'
import type { JobId, Sha256Hex } from '#protocol/ids.ts'
import { JobEvent } from '#protocol/job-event.ts'
import { MarketEvent } from '#protocol/market-event.ts'
import { pause } from '../chain/hive-rpc.ts'
import { createRecentSet } from '../ipfs/recent-set.ts'

/** Speaks to a node's control routes. What the node refuses rejects with its `MarketError`, no answer at all with a `CallError`. */
export type ControlClient = {
  status(): Promise<NodeStatus>
  /** Those that it is connected to now. */
  peers(): Promise<readonly PeerView[]>
  postJob(body: PostJob): Promise<JobId>
  /** The latest first. */
  postedJobs(): Promise<readonly PostedJob[]>
  bidsFor(job: JobId): Promise<JobBids>
  /** What an encoder made of the offers it heard of, the latest last. */
  considered(): Promise<readonly Consideration[]>
  chooseBid(job: JobId, bid: Sha256Hex): Promise<void>
  allowRelease(job: JobId): Promise<void>
  dispute(job: JobId, statement: Pick<JobEvidence, 'text' | 'evidence'>): Promise<void>
  /** Every event of a job from its beginning, across restarts of the node, until stopped. */
  events(job: JobId, signal: AbortSignal): AsyncGenerator<JobEvent>
  /** What the node remembers of the market and then each new thing, across its restarts, until stopped. */
  market(signal: AbortSignal): AsyncGenerator<MarketEvent>
  /** What came by gossip, topic by topic. */
  gossip(): Promise<readonly TopicTraffic[]>
}

const reconnectMs = 200

/** Events that are known again when a node tells once more what it remembers. */
const rememberedEvents = 100_000

export async function createControlClient(url: string, tokenFile: string): Promise<ControlClient> {
  const headers = { authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` }
  const call = createClient({ url, headers: () => headers })
  return {
    status: () => refused(call(statusRoute, {})),
    peers: async () => (await refused(call(peersRoute, {}))).peers,
    postJob: async (body) => (await refused(call(postJobRoute, { body }))).job,
    postedJobs: async () => (await refused(call(listPostedRoute, {}))).jobs,
    bidsFor: (job) => refused(call(jobBidsRoute, { params: { job } })),
    considered: async () => (await refused(call(consideredRoute, {}))).offers,
    chooseBid: async (job, bid) => {
      await refused(call(chooseBidRoute, { params: { job }, body: { bid } }))
    },
    allowRelease: async (job) => {
      await refused(call(allowReleaseRoute, { params: { job }, body: {} }))
    },
    dispute: async (job, body) => {
      await refused(call(disputeRoute, { params: { job }, body }))
    },
    gossip: async () => (await refused(call(gossipRoute, {}))).topics,
    market: async function* (signal) {
      const told = createRecentSet(rememberedEvents)
      while (!signal.aborted) {
        try {
          for await (const { data } of connect(`${url}${marketEventsPath}`, headers, '', signal)) {
            if (told.has(data)) continue
            told.add(data)
            yield MarketEvent.parse(JSON.parse(data))
          }
        } catch (error) {
          if (signal.aborted) return
          if (!isInterruption(error)) throw error
        }
        await pause(reconnectMs, signal)
      }
    },
    events: async function* (job, signal) {
      let last = ''
      while (!signal.aborted) {
        try {
          for await (const { id, data } of connect(
            `${url}${jobEventsPath.replace(':job', job)}`,
            headers,
            last,
            signal,
          )) {
            if (id) last = id
            yield JobEvent.parse(JSON.parse(data))
          }
        } catch (error) {
          if (signal.aborted) return
          if (!isInterruption(error)) throw error
        }
        await pause(reconnectMs, signal)
      }
    },
  }
}

async function refused<T>(answer: Promise<T>): Promise<T> {
  return await answer.catch((error: unknown) => {
    if (!(error instanceof CallError) || error.status === 0) throw error
    throw new MarketError(asErrorCode(error.code), error.message, {}, { cause: error })
  })
}

/** Whatever a node that dies or starts again leaves of a connection; an event that is not understood is none of it. */
function isInterruption(error: unknown): boolean {
  return !(error instanceof ZodError)
}

async function* connect(
  url: string,
  headers: Readonly<Record<string, string>>,
  last: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly id?: string | undefined; readonly data: string }> {
  const response = await fetch(url, { headers: { ...headers, 'last-event-id': last }, signal })
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`)
  yield* response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
}

/** A code as this program knows it; one that it does not know is some failure of the node's. */
export function asErrorCode(code: string): MarketErrorCode {
  return isErrorCode(code) ? code : 'child-failed'
}

function isErrorCode(code: string): code is MarketErrorCode {
  return Object.hasOwn(marketErrors, code)
}
