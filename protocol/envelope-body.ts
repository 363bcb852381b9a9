import { z } from 'zod'
import { Bid, SealedBid } from './bid.ts'
import type { Sha256 } from './canonical.ts'
import { canonicalHash } from './canonical.ts'
import { Sha256Hex } from './ids.ts'
import { Presence } from './presence.ts'
import { Progress } from './progress.ts'

/** Everything that is signed off the chain, by its `type`. */
export const EnvelopeBody = z.discriminatedUnion('type', [Bid, SealedBid, Presence, Progress])
export type EnvelopeBody = z.infer<typeof EnvelopeBody>

/** A body as it travels and is signed: plain JSON, amounts as text. */
export function wireBody(body: EnvelopeBody): unknown {
  return z.encode(EnvelopeBody, body)
}

/** The name by which an award and its escrow bind themselves to one bid. */
export function bidHash(bid: Bid, sha256: Sha256): Sha256Hex {
  return Sha256Hex.parse(canonicalHash(wireBody(bid), sha256))
}
