import { getTableColumns, getTableName, sql } from 'drizzle-orm'
import { toSnakeCase } from 'drizzle-orm/casing'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { PostgresDatabase } from './database.ts'

type Queries = Pick<PostgresDatabase, 'execute'>

/** Rows in one statement: their text is in the memory of both sides at once. */
const rowsAtOnce = 5_000

/**
 * Inserts any number of rows. They go as one text that the server takes apart by the table's own types: a parameter for each value
 * would cost both sides more than the values.
 */
export async function insertAll<Table extends PgTable>(
  database: Queries,
  table: Table,
  rows: readonly Table['$inferInsert'][],
): Promise<void> {
  await write(database, table, rows, '')
}

type Upserting = {
  /** Columns that only ever rise. */
  readonly greatest?: readonly PgColumn[]
}

/** Inserts any number of rows of different keys, or gives the rows of those keys their values. */
export async function upsertAll<Table extends PgTable>(
  database: Queries,
  table: Table,
  key: PgColumn | PgColumn[],
  rows: readonly Table['$inferInsert'][],
  { greatest = [] }: Upserting = {},
): Promise<void> {
  const names = Object.keys(getTableColumns(table)).map(nameOf)
  const keys = [key].flat().map(({ name }) => nameOf(name))
  const rising = greatest.map(({ name }) => nameOf(name))
  const next = (name: string) =>
    rising.includes(name) ? `greatest(old.${name}, excluded.${name})` : `excluded.${name}`
  const set = names.filter((name) => !keys.includes(name)).map((name) => `${name} = ${next(name)}`)
  // A row that is as it should be stays where it is.
  const conflict = `on conflict (${keys.join(', ')}) do update set ${set.join(', ')} where (${names.map((name) => `old.${name}`).join(', ')}) is distinct from (${names.map(next).join(', ')})`
  await write(database, table, rows, conflict)
}

function nameOf(column: string): string {
  return `"${toSnakeCase(column)}"`
}

async function write<Table extends PgTable>(
  database: Queries,
  table: Table,
  rows: readonly Table['$inferInsert'][],
  conflict: string,
): Promise<void> {
  const columns = Object.entries(getTableColumns(table)).map(([key, column]) => ({
    key,
    name: toSnakeCase(key),
    column,
  }))
  const named = `"${getTableName(table)}"`
  const list = columns.map(({ name }) => `"${name}"`).join(', ')
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const records = rows
      .slice(start, start + rowsAtOnce)
      .map((row: Readonly<Record<string, unknown>>) =>
        Object.fromEntries(
          columns.map(({ key, name, column }) => [name, written(column, row[key])]),
        ),
      )
    await database.execute(
      sql`insert into ${sql.raw(named)} as old (${sql.raw(list)})
        select ${sql.raw(list)} from json_populate_recordset(null::${sql.raw(named)}, ${JSON.stringify(records)}::json)
        ${sql.raw(conflict)}`,
    )
  }
}

/** Nested JSON is told by the value itself, everything else by what the driver would send. */
function written(column: PgColumn, value: unknown): unknown {
  if (value === undefined || value === null) return null
  return column.columnType === 'PgJsonb' ? value : column.mapToDriverValue(value)
}
