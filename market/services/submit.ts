import type { HiveAccount } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import type { Outbox, OutboxEntry } from '../ports/outbox.ts'

/** Something this node means to do on the chain, once. */
export type Intention = {
  readonly key: string
  readonly account: HiveAccount
  readonly roles: readonly SigningRole[]
  /** Called only when a transaction has to be signed, so that deadlines are counted from then. */
  readonly operations: () => readonly HiveOperation[]
}

/**
 * The transaction that carries an intention out. A new one is signed only when the last can never be in a block any more,
 * so there are never two that could both be.
 */
export function ensureSubmitted(outbox: Outbox, intention: Intention): OutboxEntry {
  const { key, account, roles, operations } = intention
  for (let attempt = 1; ; attempt += 1) {
    const numbered = `${key}#${attempt}`
    const entry = outbox.find(numbered)
    if (!entry) return outbox.submit({ key: numbered, account, roles, operations: operations() })
    if (entry.phase !== 'expired') return entry
  }
}

/** The newest transaction of an intention, whatever became of it; null before the first. */
export function latestSubmission(outbox: Outbox, key: string): OutboxEntry | null {
  let latest: OutboxEntry | null = null
  for (let attempt = 1; ; attempt += 1) {
    const entry = outbox.find(`${key}#${attempt}`)
    if (!entry) return latest
    latest = entry
  }
}

/** True while an intention has a transaction that is or may be in a block. */
export function isSubmitted(outbox: Outbox, key: string): boolean {
  const latest = latestSubmission(outbox, key)
  return latest !== null && latest.phase !== 'expired'
}

/** True for a transaction that may yet come into a block, signed already or not. */
export function isUndecided(entry: OutboxEntry | null): boolean {
  return entry?.phase === 'unsigned' || entry?.phase === 'signed'
}
