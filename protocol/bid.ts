import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { ChainTime, HiveAccount, JobId, Sha256Hex } from './ids.ts'

/** An encoder's price and promise for one job. Firm until it expires; travels signed, off the chain. */
export const Bid = z.strictObject({
  v: z.literal(1),
  type: z.literal('bid'),
  job: JobId,
  encoder: HiveAccount,
  price: MilliHbd,
  /** The encoder's own promise; never later than the offer's `deliverBy`. */
  readyBy: ChainTime,
  /** An award in a later block does not bind the encoder. */
  expires: ChainTime,
  /** Arbiters of the offer that the encoder accepts as well. */
  arbiters: z.array(HiveAccount).min(1).max(8).readonly(),
  /** Measured speed in thousandths of real time for this ladder: 1000 encodes a minute in a minute. */
  speed: z.int().min(1).max(10_000_000),
  /** Of a bid that was sealed: without it, its hash could be guessed from the few prices there are. */
  salt: Sha256Hex.optional(),
})
export type Bid = z.infer<typeof Bid>

/**
 * A bid that nobody can read yet: its hash, which is the name by which it would be awarded. The bid itself carries a salt and is sent
 * when sealing has closed. Travels signed, off the chain.
 */
export const SealedBid = z.strictObject({
  v: z.literal(1),
  type: z.literal('sealed-bid'),
  job: JobId,
  encoder: HiveAccount,
  /** Hash of the bid's canonical JSON. */
  bid: Sha256Hex,
  /** Of the sealed bid, so that what is over is not kept. */
  expires: ChainTime,
})
export type SealedBid = z.infer<typeof SealedBid>

/** What an escrow's `json_meta` says, so that money and bid are bound in one operation. */
export const EscrowMeta = z.strictObject({
  app: z.string().min(1).max(32),
  job: JobId,
  bid: Sha256Hex,
})
export type EscrowMeta = z.infer<typeof EscrowMeta>
