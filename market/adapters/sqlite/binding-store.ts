import { eq } from 'drizzle-orm'
import { MarketError } from '../../errors.ts'
import type { NodeDatabase } from './database.ts'
import { bindings } from './schema.ts'

/**
 * Binds a database to what it was made for, such as its chain and its account; the first start decides.
 * Throws `data-foreign` when it was made for something else: signed transactions of one account or chain must not meet another.
 */
export function bindDatabase(
  database: NodeDatabase,
  wanted: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(wanted)) {
    database.insert(bindings).values({ name, value }).onConflictDoNothing().run()
    const bound = database.select().from(bindings).where(eq(bindings.name, name)).get()
    if (bound?.value === value) continue
    throw new MarketError(
      'data-foreign',
      `This data directory belongs to the ${name} ${bound?.value}, not ${value}; choose another --data directory.`,
    )
  }
}
