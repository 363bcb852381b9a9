import { asc, eq } from 'drizzle-orm'
import type { BlockHistory, HistoryStore } from '../../ports/market-history.ts'
import type { NodeDatabase } from './database.ts'
import { ledgerHistory } from './schema.ts'

/** What blocks told, beside them; blocks that are forgotten take theirs along. */
export function createHistoryStore(database: NodeDatabase): HistoryStore {
  return {
    isWhole: (genesis) =>
      database.select().from(ledgerHistory).where(eq(ledgerHistory.height, genesis)).get() !==
      undefined,
    all: () => readAll(database),
    append: (blocks) => {
      for (const block of blocks)
        database.insert(ledgerHistory).values({ height: block.height, block }).run()
    },
    clear: () => void database.delete(ledgerHistory).run(),
  }
}

/** One row at a time: a market's whole past need not be in memory twice. */
function* readAll(database: NodeDatabase): Generator<BlockHistory, undefined> {
  const rows = database
    .select({ height: ledgerHistory.height })
    .from(ledgerHistory)
    .orderBy(asc(ledgerHistory.height))
    .all()
  for (const { height } of rows) {
    const row = database.select().from(ledgerHistory).where(eq(ledgerHistory.height, height)).get()
    if (row) yield row.block
  }
}
