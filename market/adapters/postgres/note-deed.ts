import { createHash } from 'node:crypto'
import type { AuditDeed } from '../../domain/audit-entry.ts'
import { appendAudit } from './audit-log.ts'
import type { PostgresDatabase } from './database.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

/** Notes a deed in the transaction that does it, at its end: other writers of the log wait until it is over. */
export async function noteDeed(transaction: PostgresDatabase, deed: AuditDeed): Promise<void> {
  await appendAudit(transaction, deed, { at: new Date(), sha256 })
}
