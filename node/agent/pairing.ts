import type { Buffer } from 'node:buffer'
import { formatSignIn } from '#market/domain/sign-in-text.ts'
import { MarketError } from '#market/errors.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { PostingAuthority } from '#market/ports/posting-authority.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { Signature } from '#protocol/envelope.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { sha256 } from '../sha256.ts'

export type PairingDeps = {
  /** Whose agent it is. */
  readonly account: HiveAccount
  readonly authority: PostingAuthority
  readonly clock: Clock
  readonly randomBytes: (count: number) => Buffer
  /** Called with each code that a page shows from now on. */
  readonly onAsked: (code: string, origin: string) => void
}

type PairedSession = {
  /** Not its token. */
  readonly id: string
  readonly origin: string
  readonly since: Date
  readonly expiresAt: Date
}

type Granted = { readonly token: string; readonly expiresAt: Date }

type PairingAnswer =
  | { readonly status: 'waiting' }
  | { readonly status: 'refused' }
  | ({ readonly status: 'paired' } & Granted)

/**
 * Pairs pages with the agent, each for its own origin and until the node stops.
 *
 *   asked -> allowed -> paired          the owner compares the code that the page shows
 *        '-> refused | expired
 *   challenged -> paired | expired      the posting key of the node's account signs
 *
 * Tickets, nonces and the answer that brings a token are each good once.
 */
export type Pairing = {
  /** Throws `rate-limited` while too many wait. */
  ask(origin: string): { readonly code: string; readonly ticket: string; readonly expiresAt: Date }
  /** Throws `unauthorized` for a ticket that is unknown, used up, expired or another origin's. */
  answer(ticket: string, origin: string): PairingAnswer
  /** The owner's word; returns the origin it is about. Throws `not-found`. */
  decide(code: string, allow: boolean): string
  challenge(origin: string): {
    readonly nonce: string
    readonly text: string
    readonly expiresAt: Date
  }
  /** Rejects with `unauthorized`, whatever is wrong. */
  sign(
    origin: string,
    answer: {
      readonly account: HiveAccount
      readonly nonce: string
      readonly signature: Signature
    },
  ): Promise<Granted>
  /** The session of a token that comes from its own origin; null for any other. */
  sessionOf(token: string, origin: string): PairedSession | null
  waiting(): readonly { readonly code: string; readonly origin: string; readonly expiresAt: Date }[]
  sessions(): readonly PairedSession[]
  end(id: string): void
}

const askedMs = 300_000
const sessionMs = 12 * 3_600_000
/** Codes that an owner is to compare at a time. */
const mostWaiting = 4
const mostChallenges = 64
const codeLetters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

type Asked = {
  readonly code: string
  readonly origin: string
  readonly expiresAt: Date
  isAllowed: boolean | null
}
type Challenge = { readonly origin: string; readonly text: string; readonly expiresAt: Date }

export function createPairing(deps: PairingDeps): Pairing {
  const { account, authority, clock, randomBytes, onAsked } = deps
  const asked = new Map<string, Asked>()
  const challenges = new Map<string, Challenge>()
  const sessions = new Map<string, PairedSession>()
  const inTime = (ms: number): Date => new Date(clock.now() + ms)
  const secret = (): string => randomBytes(32).toString('hex')
  const hashOf = (token: string): string => bytesToHex(sha256(utf8(token)))

  const forgetExpired = (): void => {
    const now = clock.now()
    for (const each of [asked, challenges, sessions])
      for (const [key, { expiresAt }] of each) if (expiresAt.getTime() <= now) each.delete(key)
  }
  const grant = (origin: string): Granted => {
    const token = secret()
    const expiresAt = inTime(sessionMs)
    const hash = hashOf(token)
    sessions.set(hash, { id: hash.slice(0, 16), origin, since: new Date(clock.now()), expiresAt })
    return { token, expiresAt }
  }

  return {
    ask: (origin) => {
      forgetExpired()
      if (asked.size >= mostWaiting)
        throw new MarketError('rate-limited', 'Other pages wait to be paired; try again later.')
      const code = codeOf(randomBytes(8))
      const entry = { code, origin, expiresAt: inTime(askedMs), isAllowed: null }
      const ticket = secret()
      asked.set(hashOf(ticket), entry)
      onAsked(code, origin)
      return { code, ticket, expiresAt: entry.expiresAt }
    },
    answer: (ticket, origin) => {
      forgetExpired()
      const entry = asked.get(hashOf(ticket))
      if (entry?.origin !== origin) throw notPaired()
      if (entry.isAllowed === null) return { status: 'waiting' }
      asked.delete(hashOf(ticket))
      return entry.isAllowed ? { status: 'paired', ...grant(origin) } : { status: 'refused' }
    },
    decide: (code, allow) => {
      forgetExpired()
      const entry = [...asked.values()].find((each) => each.code === code)
      if (entry?.isAllowed !== null)
        throw new MarketError('not-found', 'No page shows this code now; look at it again.')
      entry.isAllowed = allow
      return entry.origin
    },
    challenge: (origin) => {
      forgetExpired()
      if (challenges.size >= mostChallenges)
        throw new MarketError('rate-limited', 'Too many challenges are open; try again later.')
      const nonce = secret()
      const expiresAt = inTime(askedMs)
      const domain = `the desktop agent of this machine for ${origin}`
      const text = formatSignIn({ domain, account, nonce, expiresAt })
      challenges.set(nonce, { origin, text, expiresAt })
      return { nonce, text, expiresAt }
    },
    sign: async (origin, { nonce, signature, account: signer }) => {
      forgetExpired()
      const challenge = challenges.get(nonce)
      challenges.delete(nonce)
      if (challenge?.origin !== origin || signer !== account) throw notPaired()
      if (!(await authority.verifies(account, challenge.text, [signature]))) throw notPaired()
      return grant(origin)
    },
    sessionOf: (token, origin) => {
      forgetExpired()
      const session = sessions.get(hashOf(token))
      return session?.origin === origin ? session : null
    },
    waiting: () => {
      forgetExpired()
      return [...asked.values()].filter(({ isAllowed }) => isAllowed === null)
    },
    sessions: () => {
      forgetExpired()
      return [...sessions.values()]
    },
    end: (id) => {
      for (const [hash, session] of sessions) if (session.id === id) sessions.delete(hash)
    },
  }
}

function codeOf(bytes: Uint8Array): string {
  const letters = [...bytes].map((byte) => codeLetters[byte % codeLetters.length])
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`
}

function notPaired(): MarketError {
  return new MarketError('unauthorized', 'This page is not paired with the agent of this machine.')
}
