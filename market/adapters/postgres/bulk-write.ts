import type { SQL } from 'drizzle-orm'
import { getTableColumns, sql } from 'drizzle-orm'
import { toSnakeCase } from 'drizzle-orm/casing'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { PostgresDatabase } from './database.ts'

/** A statement has 65,535 parameters at the most. */
const parametersAtOnce = 30_000

/** Inserts any number of rows. */
export async function insertAll<Table extends PgTable>(
  database: Pick<PostgresDatabase, 'insert'>,
  table: Table,
  rows: readonly Table['$inferInsert'][],
): Promise<void> {
  for (const chunk of chunksFor(table, rows)) await database.insert(table).values(chunk)
}

/** Inserts any number of rows of different keys, or gives the rows of those keys their values. */
export async function upsertAll<Table extends PgTable>(
  database: Pick<PostgresDatabase, 'insert'>,
  table: Table,
  key: PgColumn | PgColumn[],
  rows: readonly Table['$inferInsert'][],
): Promise<void> {
  const columns = Object.keys(getTableColumns(table))
  const set = Object.fromEntries(
    columns.map((name): [string, SQL] => [name, sql.raw(`excluded."${toSnakeCase(name)}"`)]),
  )
  for (const chunk of chunksFor(table, rows))
    await database
      .insert(table)
      .values(chunk)
      .onConflictDoUpdate({ target: key, set: set as never })
}

function* chunksFor<Table extends PgTable>(
  table: Table,
  rows: readonly Table['$inferInsert'][],
): Generator<Table['$inferInsert'][], undefined> {
  const width = Object.keys(getTableColumns(table)).length
  const size = Math.floor(parametersAtOnce / width)
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size)
}
