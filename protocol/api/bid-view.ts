import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { ChainTime, HiveAccount, Sha256Hex } from '../ids.ts'

/** A bid as it is ranked, with what the rank follows from. */
export const BidView = z.strictObject({
  /** Names the bid where it is chosen. */
  bid: Sha256Hex,
  encoder: HiveAccount,
  price: MilliHbd,
  /** Thousandths of real time. */
  speed: z.int().nonnegative(),
  readyBy: ChainTime,
  expires: ChainTime,
  score: z.strictObject({ score: z.int(), low: z.int(), high: z.int() }),
  cost: z.strictObject({
    /** The price with all that follows; the lowest ranks first. */
    allInAll: MilliHbd,
    /** Added for the share of the time to the deadline that the bid takes. */
    waitPercent: z.int(),
    /** Added for work that can be measured only, and not compared byte by byte. */
    classPercent: z.int(),
    /** Added for how the encoder delivered so far, to this creator and by the chain. */
    historyPercent: z.int(),
    /** Added for its share of the creator's latest awards. */
    spreadPercent: z.int(),
    /** Of 1000: what the price is divided by, from the low end of the score; in one job of ten from the high end. */
    trust: z.int(),
  }),
  /** From 1; null for a bid that cannot win. */
  rank: z.int().positive().nullable(),
  /** Why it cannot win. */
  excluded: z.string().nullable(),
  /** The same as a sentence, wherever it is shown: what the rank follows from, or why there is none. */
  why: z.string(),
})
export type BidView = z.infer<typeof BidView>

/** A bid that nobody can read: it is sealed still, or was never opened. */
export const SealView = z.strictObject({
  encoder: HiveAccount,
  /** Names the bid that opens it. */
  bid: Sha256Hex,
  sealedUntil: ChainTime,
  /** Bids are to be open by now, and it is not. */
  isOverdue: z.boolean(),
})
export type SealView = z.infer<typeof SealView>
