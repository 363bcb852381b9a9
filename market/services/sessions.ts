import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { Signature } from '#protocol/envelope.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { deedOf } from '../domain/audit-entry.ts'
import { formatSignIn } from '../domain/sign-in-text.ts'
import { MarketError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { PostingAuthority } from '../ports/posting-authority.ts'
import type { Challenge, Session, SessionStore } from '../ports/session-store.ts'

export type SessionsDeps = {
  readonly store: SessionStore
  readonly authority: PostingAuthority
  readonly clock: Clock
  /** So many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array
  readonly sha256: Sha256
}

export type SessionsOptions = {
  /** Host name of the API as people see it; every challenge is bound to it. One line. */
  readonly domain: string
  /** How long a challenge may be answered. */
  readonly challengeMs?: number
  /** How long a session lasts; it is never extended. */
  readonly sessionMs?: number
}

export type SignInAnswer = {
  readonly account: HiveAccount
  readonly nonce: string
  /** By a posting key of the account, of the challenge's text. */
  readonly signature: Signature
}

/** challenge -> signed in -> signed out, revoked or expired. Headers are `Authorization` values; an empty one is nobody's. */
export interface Sessions {
  /** A text to sign, for anyone who asks: only the account can answer. */
  challenge(account: HiveAccount): Promise<Omit<Challenge, 'account'>>
  /**
   * Exchanges a signed challenge for a token. A challenge is used up by its first answer, right or wrong. Rejects with
   * `unauthorized`, the same whatever was wrong, and with `chain-unavailable` when the account's keys cannot be read.
   */
  signIn(answer: SignInAnswer): Promise<Session & { readonly token: string }>
  /** Whose session this is; null for no session, whatever the header says. */
  accountOf(authorization: string): Promise<HiveAccount | null>
  /** Ends the session of this token. Again, or without a session, is no error. */
  signOut(authorization: string): Promise<void>
  /** Ends all sessions of an account; returns how many there were. */
  revokeAll(account: HiveAccount): Promise<number>
  /** Forgets what has expired; returns how much. To be called now and then: nothing expired is ever believed. */
  removeExpired(): Promise<number>
}

const secretBytes = 32
const isNonce = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)
const bearer = /^bearer +([0-9a-f]{64})$/i

export function createSessions(
  { store, authority, clock, randomBytes, sha256 }: SessionsDeps,
  { domain, challengeMs = 300_000, sessionMs = 3_600_000 }: SessionsOptions,
): Sessions {
  const now = (): Date => new Date(clock.now())
  const inTime = (ms: number): Date => new Date(clock.now() + ms)
  const secret = (): string => bytesToHex(randomBytes(secretBytes))
  const hashOf = (token: string): Sha256Hex => Sha256Hex.parse(bytesToHex(sha256(utf8(token))))
  /** Looked up by its hash, so that the time of a comparison tells nothing of a token. */
  const hashIn = (authorization: string): Sha256Hex | null => {
    const token = bearer.exec(authorization)?.[1]
    return token === undefined ? null : hashOf(token)
  }

  return {
    challenge: async (account) => {
      const terms = { nonce: secret(), expiresAt: inTime(challengeMs) }
      const text = formatSignIn({ domain, account, ...terms })
      await store.saveChallenge({ ...terms, account, text })
      return { ...terms, text }
    },
    signIn: async ({ account, nonce, signature }) => {
      const asked = isNonce(nonce) ? await store.takeChallenge(nonce, now()) : null
      if (asked?.account !== account) throw refused()
      // Compared to what this service asks for: processes of another domain may share the store.
      if (asked.text !== formatSignIn({ ...asked, domain })) throw refused()
      if (!(await authority.verifies(account, asked.text, [signature]))) throw refused()
      const token = secret()
      const session = { account, expiresAt: inTime(sessionMs) }
      await store.saveSession(hashOf(token), session, deedOf(account, 'session.begun', account))
      return { token, ...session }
    },
    accountOf: async (authorization) => {
      const hash = hashIn(authorization)
      return hash === null ? null : ((await store.findSession(hash, now()))?.account ?? null)
    },
    signOut: async (authorization) => {
      const hash = hashIn(authorization)
      const session = hash === null ? null : await store.findSession(hash, now())
      if (hash === null || session === null) return
      const { account } = session
      await store.removeSession(hash, deedOf(account, 'session.ended', account))
    },
    revokeAll: (account) => store.removeSessionsOf(account),
    removeExpired: () => store.removeExpired(now()),
  }
}

function refused(): MarketError {
  return new MarketError(
    'unauthorized',
    'The challenge is unknown, used or expired, or this is no signature of it by the posting key of the account.',
  )
}
