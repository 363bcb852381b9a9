import { z } from 'zod'
import { Bid, SealedBid } from '../bid.ts'
import { envelopeOf } from '../envelope.ts'
import { Sha256Hex } from '../ids.ts'
import { JobOffer } from '../offer.ts'

/** The bids for a job as they were signed, for anybody to check: see `spk-encoder job check-bids`. */
export const BidRecord = z.strictObject({
  offer: JobOffer,
  seals: z.array(envelopeOf(SealedBid)).readonly(),
  bids: z.array(envelopeOf(Bid)).readonly(),
  /** Hash of the awarded bid; null before there is one. */
  awarded: Sha256Hex.nullable(),
})
export type BidRecord = z.infer<typeof BidRecord>
