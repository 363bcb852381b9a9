import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { HiveAccount, Sha256Hex } from '#protocol/ids.ts'

/** What is left to chance in choosing among bids. */
export type Luck = {
  /** True for the jobs that give newcomers their chance: every bidder is trusted as if it were as good as it may be. */
  readonly isExploring: boolean
  /** What decides between bids that are equal in all else; the lower one wins. */
  readonly lotOf: (encoder: HiveAccount) => string
}

/** One job in so many explores. */
export const exploringOneIn = 10

/**
 * The luck of a job, from its salt: secret until the work is checked, so that nobody can wait for a job that explores, and opened
 * then, so that anyone can look whether the creator chose by it. The same after a restart.
 */
export function luckFrom(salt: Sha256Hex, sha256: Sha256): Luck {
  const draw = (of: string): Uint8Array => sha256(utf8(`${of} ${salt}`))
  const [high = 0, low = 0] = draw('exploring')
  return {
    isExploring: (high * 256 + low) % exploringOneIn === 0,
    lotOf: (encoder) => bytesToHex(draw(`lot of ${encoder}`)),
  }
}
