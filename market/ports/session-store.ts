import type { HiveAccount, Sha256Hex } from '#protocol/ids.ts'
import type { AuditDeed } from '../domain/audit-entry.ts'

/** A text that an account was asked to sign. */
export type Challenge = {
  /** Unguessable: whoever asked is the only one who can answer. */
  readonly nonce: string
  readonly account: HiveAccount
  readonly text: string
  readonly expiresAt: Date
}

export type Session = {
  readonly account: HiveAccount
  readonly expiresAt: Date
}

/** Who was asked to sign in, and who is signed in. A thing expires at its moment, not after it. */
export interface SessionStore {
  saveChallenge(challenge: Challenge): Promise<void>
  /**
   * Removes a challenge and returns it; null for one that is unknown, taken before, or expired. Atomic: of two callers at most one
   * gets it.
   */
  takeChallenge(nonce: string, now: Date): Promise<Challenge | null>
  /** Keeps the hash of a session's token, never the token; a deed is noted with it. */
  saveSession(tokenHash: Sha256Hex, session: Session, deed?: AuditDeed): Promise<void>
  /** Null for a session that is unknown, removed or expired. */
  findSession(tokenHash: Sha256Hex, now: Date): Promise<Session | null>
  /** Again is no error, and no deed. */
  removeSession(tokenHash: Sha256Hex, deed?: AuditDeed): Promise<void>
  /** Returns how many there were, expired ones included. */
  removeSessionsOf(account: HiveAccount): Promise<number>
  /** Removes the challenges and sessions that have expired; returns how many. */
  removeExpired(now: Date): Promise<number>
}
