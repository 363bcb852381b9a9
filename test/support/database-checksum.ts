import { z } from 'zod'

const Tables = z.array(z.object({ name: z.string() }))

/** A text that changes with any row of any table, but for those that are named. `query` resolves to rows. */
export async function databaseChecksum(
  query: (text: string) => Promise<readonly unknown[]>,
  without: readonly string[] = [],
): Promise<string> {
  const tables = Tables.parse(
    await query(
      "select tablename as name from pg_tables where schemaname = 'public' order by tablename",
    ),
  )
  const sums = tables
    .filter(({ name }) => !without.includes(name))
    .map(
      ({ name }) =>
        `select '${name}' as name, md5(string_agg(t::text, ' ' order by t::text)) as sum from "${name}" t`,
    )
  return JSON.stringify(await query(sums.join(' union all ')))
}
