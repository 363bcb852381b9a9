import type { Role } from '#contracts/deeds.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { customInRole, noCustom } from '../../domain/account-scores.ts'
import type { AnsweredAt, CustomView } from '../../ports/chain-queries.ts'
import type { PostgresDatabase } from './database.ts'
import { readEvidence } from './read-evidence.ts'

/** By whose custom an account stands where it does. */
export async function readCustom(
  database: Pick<PostgresDatabase, 'select'>,
  { account, role }: { readonly account: HiveAccount; readonly role: Role },
  at: AnsweredAt | null,
  limit: number,
): Promise<CustomView> {
  if (!at) return noCustom
  const evidence = await readEvidence(database, account, { ...at, id: at.block })
  return customInRole(evidence, { account, role, height: at.height }, limit)
}
