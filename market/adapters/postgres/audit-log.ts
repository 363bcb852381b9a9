import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm'
import type { Sha256 } from '#protocol/canonical.ts'
import type { AuditDeed, AuditEntry } from '../../domain/audit-entry.ts'
import { nextAuditEntry } from '../../domain/audit-entry.ts'
import type { AuditLog } from '../../ports/audit-log.ts'
import { advisoryLocks } from './advisory-locks.ts'
import type { PostgresDatabase } from './database.ts'
import { auditEntries as entries } from './schema/audit.ts'

const batch = 1_000

/**
 * Appends in the caller's transaction: the entry is there if, and only if, what it tells of is committed. Other writers wait from
 * here until that transaction ends, so it is called last.
 */
export async function appendAudit(
  transaction: PostgresDatabase,
  deed: AuditDeed,
  { at, sha256 }: { readonly at: Date; readonly sha256: Sha256 },
): Promise<AuditEntry> {
  await lockLog(transaction)
  const [last] = await transaction
    .select({ sequence: entries.sequence, hash: entries.hash })
    .from(entries)
    .orderBy(desc(entries.sequence))
    .limit(1)
  const entry = nextAuditEntry(last ?? null, deed, { at, sha256 })
  await transaction.insert(entries).values(entry)
  return entry
}

function lockLog(transaction: PostgresDatabase): Promise<unknown> {
  return transaction.execute(sql`select pg_advisory_xact_lock(${advisoryLocks.auditLog})`)
}

async function isNoted(
  transaction: PostgresDatabase,
  { actor, action, subject }: AuditDeed,
): Promise<boolean> {
  const same = and(
    eq(entries.actor, actor),
    eq(entries.action, action),
    eq(entries.subject, subject),
  )
  const found = await transaction
    .select({ sequence: entries.sequence })
    .from(entries)
    .where(same)
    .limit(1)
  return found.length > 0
}

export function createAuditLog(database: PostgresDatabase, sha256: Sha256): AuditLog {
  return {
    append: (deed, at) =>
      database.transaction((transaction) => appendAudit(transaction, deed, { at, sha256 })),
    appendOnce: (deed, at) =>
      database.transaction(async (transaction) => {
        await lockLog(transaction)
        if (!(await isNoted(transaction, deed)))
          await appendAudit(transaction, deed, { at, sha256 })
      }),
    list: async ({ actor, subject, before, limit }) =>
      await database
        .select()
        .from(entries)
        .where(
          and(
            actor === undefined ? undefined : eq(entries.actor, actor),
            subject === undefined ? undefined : eq(entries.subject, subject),
            before === undefined ? undefined : lt(entries.sequence, before),
          ),
        )
        .orderBy(desc(entries.sequence))
        .limit(limit),
    read: async function* () {
      for (let last: number | undefined = 0; last !== undefined; ) {
        const page: AuditEntry[] = await database
          .select()
          .from(entries)
          .where(gt(entries.sequence, last))
          .orderBy(asc(entries.sequence))
          .limit(batch)
        if (page.length > 0) yield page
        last = page.at(-1)?.sequence
      }
    },
  }
}
