import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import type { NodeState } from '../../ports/node-state.ts'
import * as schema from './schema.ts'

export type NodeDatabase = BetterSQLite3Database<typeof schema>

export type OpenedDatabase = Disposable & {
  readonly database: NodeDatabase
  readonly state: NodeState
}

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url))

/**
 * Opens a node's database, `:memory:` for tests, and brings its tables up to date.
 * Every commit is flushed to the disk before it returns (synchronous FULL): a signed transaction that was broadcast
 * must not be forgotten by a power cut.
 */
export function openDatabase(path: string): OpenedDatabase {
  const client = new Database(path)
  client.pragma('journal_mode = WAL')
  client.pragma('synchronous = FULL')
  client.pragma('busy_timeout = 5000')
  const database = drizzle(client, { schema, casing: 'snake_case' })
  migrate(database, { migrationsFolder })
  return {
    database,
    state: { atomically: (step) => client.transaction(step)() },
    [Symbol.dispose]: () => client.close(),
  }
}
