import { fileURLToPath } from 'node:url'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import { Client, Pool } from 'pg'
import { advisoryLocks } from './advisory-locks.ts'

/** Queries, by themselves or within a transaction. */
export type PostgresDatabase = NodePgDatabase

export type OpenedPostgres = AsyncDisposable & {
  readonly database: PostgresDatabase
  /** For what Drizzle has no word for: LISTEN, advisory locks, COPY. */
  readonly pool: Pool
}

export type PostgresOptions = {
  readonly url: string
  /** Connections held at the most. */
  readonly connections?: number
  /** Told of connections that broke while nobody used them; the pool makes new ones. */
  readonly onIdleError: (error: Error) => void
}

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url))

/**
 * Opens a database of Postgres 14 to 18 and brings its tables up to date, one process at a time.
 * Rejects with the driver's error where the server cannot be reached, or where its tables are not ours.
 */
export async function openPostgres({
  url,
  connections = 16,
  onIdleError,
}: PostgresOptions): Promise<OpenedPostgres> {
  await migrateUnderLock(url)
  const pool = new Pool({
    connectionString: url,
    max: connections,
    application_name: 'spk-encoder',
    // What waits longer than this waits for something that will not come.
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
  })
  pool.on('error', onIdleError)
  // Of a connection that breaks while it is used, the query under way tells; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return { database: databaseOf(pool), pool, [Symbol.asyncDispose]: () => pool.end() }
}

/**
 * Drizzle's own transaction over a pool keeps the connection for ever where its `begin` fails, as when the server has just gone: after
 * sixteen of those the pool is empty. Here the connection goes back whatever happens; the pool drops one that is broken.
 */
function databaseOf(pool: Pool): PostgresDatabase {
  const database = drizzle(pool, { casing: 'snake_case' })
  database.transaction = async (steps, config) => {
    const connection = await pool.connect()
    try {
      return await drizzle(connection, { casing: 'snake_case' }).transaction(steps, config)
    } finally {
      connection.release()
    }
  }
  return database
}

/** In a connection of its own: an advisory lock belongs to a connection, and goes with it if this process dies. */
async function migrateUnderLock(connectionString: string): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 10_000 })
  // A connection that breaks rejects the query under way too.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [advisoryLocks.migration])
    await migrate(drizzle(client, { casing: 'snake_case' }), { migrationsFolder })
  } finally {
    await client.end()
  }
}
