import { sql } from 'drizzle-orm'
import type { PostgresDatabase } from './database.ts'

/** Channel on which processes hear that the chain's tables went on. */
export const chainChannel = 'spk_chain'

/** Tells every process, when the transaction commits and not before. */
export async function notifyChain(
  step: Pick<PostgresDatabase, 'execute'>,
  sequence: number,
): Promise<void> {
  await step.execute(sql`select pg_notify(${chainChannel}, ${String(sequence)})`)
}
