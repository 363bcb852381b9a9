import type { Sha256 } from '#protocol/canonical.ts'
import { canonicalHash } from '#protocol/canonical.ts'
import { storedJson, storedText } from './stored-text.ts'

/** What somebody did, and to what. */
export type AuditDeed = {
  /** Hive account, or `system` for what the program does by itself. */
  readonly actor: string
  /** For example `job.cancelled`. */
  readonly action: string
  /** What was done to: a job's id, an account. */
  readonly subject: string
  /** Values of JSON. Never a secret: nothing can be taken out again. */
  readonly details: Readonly<Record<string, unknown>>
}

/** A deed that needs no more words. */
export function deedOf(actor: string, action: string, subject: string): AuditDeed {
  return { actor, action, subject, details: {} }
}

/** A deed in its place in the log. `hash` covers all else, and by `previousHash` every entry before. */
export type AuditEntry = AuditDeed & {
  /** 1, 2, 3 …, without gaps. */
  readonly sequence: number
  /** In whole milliseconds. */
  readonly at: Date
  readonly previousHash: string
  readonly hash: string
}

/** Where the chain hangs: what stands for the hash before the first entry. */
const auditRoot = '0'.repeat(64)

export type AuditTip = Pick<AuditEntry, 'sequence' | 'hash'>

/** Makes the entry that follows the last one, null for the first. */
export function nextAuditEntry(
  last: AuditTip | null,
  deed: AuditDeed,
  { at, sha256 }: { readonly at: Date; readonly sha256: Sha256 },
): AuditEntry {
  const draft = {
    ...storable(deed),
    sequence: (last?.sequence ?? 0) + 1,
    at,
    previousHash: last?.hash ?? auditRoot,
  }
  return { ...draft, hash: hashOf(draft, sha256) }
}

export type AuditFlaw = 'entry-missing' | 'chain-broken' | 'content-changed'

/** What is wrong with an entry that should follow the last one, or null. */
export function flawOf(last: AuditTip | null, entry: AuditEntry, sha256: Sha256): AuditFlaw | null {
  if (entry.sequence !== (last?.sequence ?? 0) + 1) return 'entry-missing'
  if (entry.previousHash !== (last?.hash ?? auditRoot)) return 'chain-broken'
  return hashOf(entry, sha256) === entry.hash ? null : 'content-changed'
}

/** Over the canonical JSON of the entry, the time as ISO 8601 in UTC: anybody can compute it from an export. */
function hashOf(entry: Omit<AuditEntry, 'hash'>, sha256: Sha256): string {
  const { sequence, at, actor, action, subject, details, previousHash } = entry
  const content = { sequence, at: at.toISOString(), actor, action, subject, details, previousHash }
  return canonicalHash(content, sha256)
}

/** As a database will give it back, so that it hashes the same then. */
function storable({ actor, action, subject, details }: AuditDeed): AuditDeed {
  return {
    actor: storedText(actor),
    action: storedText(action),
    subject: storedText(subject),
    details: Object.fromEntries(
      Object.entries(details)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [storedText(name), storedJson(value)]),
    ),
  }
}
