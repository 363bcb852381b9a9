import { setTimeout as wait } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { jitteredDelay } from '../../../domain/retry.ts'

const channel = 'spk_job_events'
/** Calls at least so often, for an announcement that died with its process. */
const lookAgainMs = 5_000
/** Between two announcements of one process, so that a busy queue is not busy announcing. */
const restMs = 25

/**
 * Announces outside of the transactions that made the events: Postgres lets only one transaction at a time commit with an
 * announcement. The first is sent at once; those who come soon after it share the next.
 */
export function createAnnounce(pool: Pool): () => void {
  let state: 'idle' | 'sending' | 'more' = 'idle'
  const send = async (): Promise<void> => {
    do {
      state = 'sending'
      // Listeners look again by themselves, so one that is lost is only late.
      await pool.query(`notify ${channel}`).catch(() => undefined)
      await wait(restMs, undefined, { ref: false })
    } while (stateNow() === 'more')
    state = 'idle'
  }
  const stateNow = () => state
  return () => {
    if (state === 'idle') void send()
    else state = 'more'
  }
}

/** Keeps one connection that hears the announcements, until the signal; a connection that breaks is followed by another. */
export async function watchAnnouncements(
  pool: Pool,
  onEvents: () => void,
  signal: AbortSignal,
): Promise<void> {
  const timer = setInterval(onEvents, lookAgainMs)
  let failures = 0
  const onListening = (): void => {
    failures = 0
    onEvents()
  }
  try {
    while (!signal.aborted) {
      await listen(pool, { onEvents, onListening, signal }).catch(() => undefined)
      failures += 1
      if (!signal.aborted)
        await wait(jitteredDelay(failures, Math.random()), undefined, { signal }).catch(
          () => undefined,
        )
    }
  } finally {
    clearInterval(timer)
  }
}

type Listener = {
  readonly onEvents: () => void
  readonly onListening: () => void
  readonly signal: AbortSignal
}

/** Resolves when the signal ends it, rejects when the connection does. */
async function listen(pool: Pool, { onEvents, onListening, signal }: Listener): Promise<void> {
  const client = await pool.connect()
  try {
    client.on('notification', onEvents)
    const ended = untilEnd(client, signal)
    await Promise.race([client.query(`listen ${channel}`).then(onListening), ended])
    await ended
  } finally {
    // Not for others: it hears announcements.
    client.release(true)
  }
}

function untilEnd(client: PoolClient, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('error', reject)
    client.once('end', () => reject(new Error('the connection has ended')))
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
