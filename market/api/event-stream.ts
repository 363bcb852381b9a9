import { PassThrough } from 'node:stream'
import type { Context } from 'koa'

/** A response of server-sent events (HTML Living Standard, 9.2). */
export type EventStream = {
  /** Sends one event. False once its reader is gone or was let go because it fell too far behind; it may come again. */
  send(event: SentEvent): boolean
  end(): void
  /** Aborts when the reader is gone. */
  readonly gone: AbortSignal
}

type SentEvent = {
  /** By which a reader that was cut off says where it was. */
  readonly id?: number
  readonly type?: string
  /** Becomes JSON. */
  readonly data: unknown
}

const heartbeatMs = 15_000
const heartbeat = ': here\n\n'

/** Answers a request with events, for as long as no more than so many bytes wait for its reader. */
export function openEventStream(context: Context, backlogLimitBytes: number): EventStream {
  const body = new PassThrough()
  const gone = new AbortController()
  const beats = setInterval(() => body.write(heartbeat), heartbeatMs)
  body.once('close', () => {
    clearInterval(beats)
    gone.abort()
  })
  context.res.once('close', () => body.destroy())
  context.set('cache-control', 'no-store')
  context.set('x-accel-buffering', 'no')
  context.type = 'text/event-stream'
  context.status = 200
  context.body = body
  // Headers go out at once, so that a reader knows it is connected.
  body.write(heartbeat)
  return {
    gone: gone.signal,
    end: () => body.end(),
    send: (event) => {
      body.write(textOf(event))
      if (body.writableLength > backlogLimitBytes) body.destroy()
      return !body.destroyed
    },
  }
}

function textOf({ id, type, data }: SentEvent): string {
  const head = `${id === undefined ? '' : `id: ${id}\n`}${type === undefined ? '' : `event: ${type}\n`}`
  return `${head}data: ${JSON.stringify(data)}\n\n`
}
