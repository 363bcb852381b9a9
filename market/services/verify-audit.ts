import type { Sha256 } from '#protocol/canonical.ts'
import type { AuditEntry, AuditFlaw, AuditTip } from '../domain/audit-entry.ts'
import { flawOf } from '../domain/audit-entry.ts'

export type AuditVerdict = {
  /** Entries that are sound, from the first on. */
  readonly entries: number
  /** The last sound one. Whoever noted it can tell later whether the end of the log was cut off. */
  readonly tip: AuditTip | null
  readonly broken: { readonly sequence: number; readonly flaw: AuditFlaw | 'end-missing' } | null
}

/** Reads the log up to the first entry that is not what was written. `expected` is a tip that was noted before: the log must have it. */
export async function verifyAudit(
  log: AsyncIterable<readonly AuditEntry[]>,
  { sha256, expected = null }: { readonly sha256: Sha256; readonly expected?: AuditTip | null },
): Promise<AuditVerdict> {
  let tip: AuditTip | null = null
  for await (const page of log) {
    for (const entry of page) {
      const { sequence, hash } = entry
      const isAnother = sequence === expected?.sequence && hash !== expected.hash
      const flaw = flawOf(tip, entry, sha256) ?? (isAnother ? 'chain-broken' : null)
      if (flaw) return { entries: tip?.sequence ?? 0, tip, broken: { sequence, flaw } }
      tip = { sequence, hash }
    }
  }
  const entries = tip?.sequence ?? 0
  const isCut = expected !== null && expected.sequence > entries
  return { entries, tip, broken: isCut ? { sequence: entries + 1, flaw: 'end-missing' } : null }
}
