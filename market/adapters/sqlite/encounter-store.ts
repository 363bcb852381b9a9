import { and, asc, eq, gte } from 'drizzle-orm'
import type { EncounterStore } from '../../ports/job-stores.ts'
import type { NodeDatabase } from './database.ts'
import { encounters } from './schema.ts'

export function createEncounterStore(database: NodeDatabase): EncounterStore {
  return {
    note: (encounter) => {
      database.insert(encounters).values(encounter).onConflictDoNothing().run()
    },
    of: (encoder, since) =>
      database
        .select()
        .from(encounters)
        .where(and(eq(encounters.encoder, encoder), gte(encounters.at, since)))
        .orderBy(asc(encounters.at))
        .all(),
  }
}
