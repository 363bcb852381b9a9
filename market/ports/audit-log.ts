import type { AuditDeed, AuditEntry } from '../domain/audit-entry.ts'

type AuditQuery = {
  readonly actor?: string
  readonly subject?: string
  /** Sequence of the last one of the page before. */
  readonly before?: number
  readonly limit: number
}

/** Entries can be added and read; the database itself refuses to change or remove one. */
export interface AuditLog {
  /** Adds an entry; writers of all processes form one chain. */
  append(deed: AuditDeed, at: Date): Promise<AuditEntry>
  /**
   * Adds an entry unless there is one of the same actor, action and subject: for what is done elsewhere than in the database, and
   * noted before it, so that a crash in between has it noted again.
   */
  appendOnce(deed: AuditDeed, at: Date): Promise<void>
  /** Newest first. */
  list(query: AuditQuery): Promise<readonly AuditEntry[]>
  /** All entries in order, in batches. */
  read(): AsyncIterable<readonly AuditEntry[]>
}
