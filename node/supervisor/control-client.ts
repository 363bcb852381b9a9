import { readFile } from 'node:fs/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { z } from 'zod'
import type { MarketErrorCode } from '#market/errors.ts'
import { MarketError, marketErrors } from '#market/errors.ts'
import { jobEventsPath, postJobRoute, statusRoute } from '#protocol/api/control.ts'
import type { JobId } from '#protocol/ids.ts'
import { JobEvent } from '#protocol/job-event.ts'
import type { Route } from '#protocol/route.ts'
import { pause } from '../chain/hive-rpc.ts'

/** Speaks to a node's control routes. */
export type ControlClient = {
  status(): Promise<z.output<typeof statusRoute.reply>>
  postJob(body: z.output<typeof postJobRoute.body>): Promise<JobId>
  /** Every event of a job from its beginning, across restarts of the node, until stopped. */
  events(job: JobId, signal: AbortSignal): AsyncGenerator<JobEvent>
}

const Refusal = z.object({ code: z.string(), message: z.string() })
const reconnectMs = 200

export async function createControlClient(url: string, tokenFile: string): Promise<ControlClient> {
  const headers = { authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` }

  const request = async <R extends Route>(
    route: R,
    body: unknown,
  ): Promise<z.output<R['reply']>> => {
    const response = await fetch(`${url}${route.path}`, {
      method: route.method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(z.encode(route.body, body)) }),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw asMarketError(answer)
    return route.reply.parse(answer) as z.output<R['reply']>
  }

  return {
    status: () => request(statusRoute, undefined),
    postJob: async (body) => (await request(postJobRoute, body)).job,
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
          if (error instanceof z.ZodError) throw error
        }
        await pause(reconnectMs, signal)
      }
    },
  }
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

function asMarketError(answer: unknown): MarketError {
  const refusal = Refusal.safeParse(answer)
  if (!refusal.success)
    return new MarketError('child-failed', 'The node answered in a form that is not understood.')
  const { code, message } = refusal.data
  return new MarketError(asErrorCode(code), message)
}

/** A code as this program knows it; one that it does not know is some failure of the node's. */
export function asErrorCode(code: string): MarketErrorCode {
  return isErrorCode(code) ? code : 'child-failed'
}

function isErrorCode(code: string): code is MarketErrorCode {
  return Object.hasOwn(marketErrors, code)
}
