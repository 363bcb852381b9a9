import { Client } from 'pg'

/** Why a term of leadership ended although nobody asked for it: the connection that held the lock is gone, and the lock with it. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError'
}

export type LeadershipOptions = {
  readonly url: string
  /** The advisory lock that only one process holds. */
  readonly lock: number
}

/**
 * Waits until this process is the only one that holds a lock, and works for as long as it does. The lock belongs to a connection of its
 * own: when that breaks, the signal that the work was given aborts at once with a LeadershipLostError, and another process may lead.
 * Resolves as the work does; rejects with the work's error, the connection's, or the caller's abort.
 *
 * A process that is stopped dead may learn of its loss after its successor has begun, so what it writes has to be fenced besides.
 */
export async function lead<Result>(
  { url, lock }: LeadershipOptions,
  work: (signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted()
  const client = new Client({
    connectionString: url,
    application_name: 'spk-encoder leader',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  const term = new AbortController()
  const end = (cause?: unknown): void =>
    term.abort(new LeadershipLostError('the connection that held the lock is gone', { cause }))
  client.on('error', end)
  client.on('end', end)
  const stop = (): void => {
    term.abort(signal.reason)
    // Ends a wait for the lock too: the server drops what a closed connection waits for.
    void client.end().catch(() => undefined)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    await client.connect()
    await client.query(keepAliveSettings)
    await client.query('select pg_advisory_lock($1)', [lock])
    term.signal.throwIfAborted()
    return await work(term.signal)
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', stop)
    client.removeListener('end', end)
    await client.end().catch(() => undefined)
  }
}

/** The server notices within half a minute that the other side is gone, and frees the lock. Sockets that have no such settings ignore them. */
const keepAliveSettings =
  'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3'
