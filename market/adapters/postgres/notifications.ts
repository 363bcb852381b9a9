import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'

export type NotificationsOptions = {
  readonly url: string
  readonly channel: string
  /** Milliseconds until a broken connection is made again. */
  readonly retryMs?: number
  /** Milliseconds after which what is new is looked for although nobody told of it. */
  readonly checkMs?: number
  /** Told of connections that could not be made or broke. */
  readonly onBroken: (error: unknown) => void
}

/** Rows in the order in which they are told, each with a sequence above the one before. */
export type ReadAfter<Row extends { readonly sequence: number }> = (
  sequence: number,
  limit: number,
) => Promise<readonly Row[]>

const pageLength = 500

/**
 * Tells every row behind a sequence, in order and once, until the signal aborts: those that are there, and those that come. A notification
 * only says that there is something to read; what was told while there was no connection is read when there is one again, so nothing
 * is lost in between. Rows must become visible in the order of their sequences. Rejects when telling does; never for a connection.
 */
export async function follow<Row extends { readonly sequence: number }>(
  options: NotificationsOptions,
  feed: {
    readonly after: number
    readonly read: ReadAfter<Row>
    readonly tell: (row: Row) => void | Promise<void>
  },
  signal: AbortSignal,
): Promise<void> {
  const { retryMs = 1_000 } = options
  let last = feed.after
  /** Reads until there is nothing more. */
  const drain = async (): Promise<void> => {
    for (;;) {
      const rows = await feed.read(last, pageLength)
      for (const row of rows) {
        if (signal.aborted) return
        await tellOne(row)
      }
      if (rows.length < pageLength) return
    }
  }
  const tellOne = async (row: Row): Promise<void> => {
    try {
      await feed.tell(row)
    } catch (cause) {
      throw new TellingFailed('a row could not be told', { cause })
    }
    last = row.sequence
  }
  while (!signal.aborted) {
    try {
      await listen(options, drain, signal)
    } catch (error) {
      if (error instanceof TellingFailed) throw error.cause
      if (signal.aborted) return
      options.onBroken(error)
      await setTimeout(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Tells the error of whoever is told apart from that of a connection. */
class TellingFailed extends Error {
  override readonly name = 'TellingFailed'
}

/** One connection's life: drains when it listens, and whenever it hears of more. Resolves on abort, rejects when the connection breaks. */
async function listen(
  { url, channel, checkMs = 30_000 }: NotificationsOptions,
  drain: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const client = new Client({
    connectionString: url,
    application_name: 'spk-encoder listener',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  const bell = createBell()
  client.on('notification', bell.ring)
  client.on('error', bell.fail)
  client.on('end', () => bell.fail(new Error('the connection was closed')))
  const onAbort = (): void => bell.ring()
  signal.addEventListener('abort', onAbort, { once: true })
  const timer = setInterval(bell.ring, checkMs)
  try {
    await client.connect()
    await client.query(`listen ${client.escapeIdentifier(channel)}`)
    while (!signal.aborted) {
      await drain()
      if (!signal.aborted) await bell.rung()
    }
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', onAbort)
    client.removeAllListeners('end')
    await client.end().catch(() => undefined)
  }
}

type Bell = {
  readonly ring: () => void
  readonly fail: (error: unknown) => void
  /** Resolves when it was rung since the last time that it was asked for; rejects once it failed. */
  rung(): Promise<void>
}

function createBell(): Bell {
  let isRung = false
  let failure: { readonly error: unknown } | null = null
  let wake = (): void => undefined
  return {
    ring: () => {
      isRung = true
      wake()
    },
    fail: (error) => {
      failure ??= { error }
      wake()
    },
    rung: async () => {
      if (!isRung && !failure)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      if (failure) throw failure.error
      isRung = false
    },
  }
}
