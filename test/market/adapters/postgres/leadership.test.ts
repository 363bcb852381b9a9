import { expect, test, vi } from 'vitest'
import { LeadershipLostError, lead } from '#market/adapters/postgres/leadership.ts'
import { openTestDatabase } from '#test/support/postgres.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000 })

const lock = 7
const patient = { timeout: 15_000 }

/** Work that goes on until it is told to stop. */
function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  return promise
}

const forever = new AbortController().signal

test('one leads at a time, and the next when it has done its work', async () => {
  await using opened = await openTestDatabase()
  let leading = 0
  const terms: number[] = []
  const work = async (): Promise<void> => {
    leading += 1
    expect(leading).toBe(1)
    terms.push(await opened.pool.query('select 1').then(({ rows }) => rows.length))
    leading -= 1
  }
  await Promise.all(Array.from({ length: 6 }, () => lead({ url: opened.url, lock }, work, forever)))
  expect(terms).toHaveLength(6)
})

test('who loses its connection stops leading at once, and another one leads', async () => {
  await using opened = await openTestDatabase()
  const { url, pool } = opened
  const first = Promise.withResolvers<void>()
  const led = lead(
    { url, lock },
    (signal) => {
      first.resolve()
      return untilAborted(signal)
    },
    forever,
  )
  await first.promise
  const lost = expect(led).rejects.toBeInstanceOf(LeadershipLostError)
  const next = lead({ url, lock }, async () => 'leads', forever)
  await pool.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and objid = $1 and database = (select oid from pg_database where datname = current_database())`,
    [lock],
  )
  await lost
  expect(await next).toBe('leads')
})

test('who is asked to stop while it waits is gone, and does not lead later', async () => {
  await using opened = await openTestDatabase()
  const { url } = opened
  const stop = new AbortController()
  const waiter = new AbortController()
  const begun = Promise.withResolvers<void>()
  const led = lead(
    { url, lock },
    (signal) => {
      begun.resolve()
      return untilAborted(signal)
    },
    stop.signal,
  )
  await begun.promise
  const ended = expect(led).rejects.toThrow('enough')
  const waited = expect(
    lead({ url, lock }, () => Promise.reject(new Error('led')), waiter.signal),
  ).rejects.toThrow('asked to stop')
  const waiters = `select 1 from pg_locks where locktype = 'advisory' and not granted`
  await expect.poll(async () => (await opened.pool.query(waiters)).rowCount, patient).toBe(1)
  waiter.abort(new Error('asked to stop'))
  await waited
  stop.abort(new Error('enough'))
  await ended
  expect(await lead({ url, lock }, async () => 'leads', forever)).toBe('leads')
})

test('a server that cannot be reached is told as such', async () => {
  const url = 'postgres://nobody@127.0.0.1:9/none'
  await expect(lead({ url, lock }, async () => 'leads', forever)).rejects.toThrow(/ECONNREFUSED/)
})
