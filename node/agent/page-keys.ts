import type { Buffer } from 'node:buffer'
import { MarketError } from '#market/errors.ts'
import type { Clock } from '#market/ports/clock.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import { sha256 } from '../sha256.ts'

/** Lets the owner's browser in: a link has a key that opens the page once, and the page a token until the node stops. */
export type PageKeys = {
  newKey(): string
  /** Uses a key up. Throws `unauthorized` for one that is unknown, used or expired. */
  open(key: string): string
  isToken(token: string): boolean
}

const keyMs = 600_000
/** Links that are open at a time; a newer one takes the place of the oldest. */
const mostKeys = 16
const mostTokens = 64

export function createPageKeys({
  clock,
  randomBytes,
}: {
  readonly clock: Clock
  readonly randomBytes: (count: number) => Buffer
}): PageKeys {
  const keys = new Map<string, number>()
  const tokens = new Set<string>()
  const hashOf = (text: string): string => bytesToHex(sha256(utf8(text)))
  const dropOldest = (held: Map<string, number> | Set<string>, most: number): void => {
    const [oldest] = held.keys()
    if (held.size > most && oldest !== undefined) held.delete(oldest)
  }
  return {
    newKey: () => {
      const key = randomBytes(32).toString('hex')
      keys.set(hashOf(key), clock.now() + keyMs)
      dropOldest(keys, mostKeys)
      return key
    },
    open: (key) => {
      const until = keys.get(hashOf(key))
      keys.delete(hashOf(key))
      if (until === undefined || until <= clock.now())
        throw new MarketError(
          'unauthorized',
          'This link has been used or is too old; spk-encoder agent open gives another.',
        )
      const token = randomBytes(32).toString('hex')
      tokens.add(hashOf(token))
      dropOldest(tokens, mostTokens)
      return token
    },
    isToken: (token) => tokens.has(hashOf(token)),
  }
}
