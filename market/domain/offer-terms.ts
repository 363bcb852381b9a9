import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, hexToBytes, utf8 } from '#protocol/canonical.ts'
import type { FrameGrid, FrameRate } from '#protocol/grid.ts'
import { gridSeconds } from '#protocol/grid.ts'
import type { JobId } from '#protocol/ids.ts'
import { ChainTime, EscrowId, Sha256Hex } from '#protocol/ids.ts'

/** Seconds a segment lasts, as near as whole frames allow. */
export const segmentSeconds = 4

/** Segments encoded together: 16 seconds lose nothing to a longer part, and a crash loses little. */
export const partSegments = 4

/** Seconds decoded ahead of a part, at least: nearer seeks give false frames on open GOPs and variable rates. */
const leastLeadSeconds = 3

/** The canonical grid of a source. */
export function frameGrid(rate: FrameRate, frames: number, longestGopSeconds: number): FrameGrid {
  return {
    rate,
    frames,
    segmentFrames: Math.max(1, Math.round((segmentSeconds * rate.numerator) / rate.denominator)),
    partSegments,
    leadSeconds: Math.max(leastLeadSeconds, Math.ceil(longestGopSeconds)),
  }
}

/** How long a creator waits, in seconds of chain time. */
export type Patience = {
  /** For bids, at the most. */
  readonly bidSeconds: number
  /** For the work, besides what the video's length asks for. */
  readonly deadlineSeconds: number
  /** For encoder and arbiter to stand by an escrow, before the money goes back by itself. */
  readonly ratificationSeconds: number
}

/** Time for the work in multiples of the video's length: room for a slow machine. */
const deadlineFactor = 20

/** Until when bids are taken and the work is wanted. */
export function offerDeadlines(
  now: ChainTime,
  grid: FrameGrid,
  { bidSeconds, deadlineSeconds }: Patience,
): { readonly bidsUntil: ChainTime; readonly deliverBy: ChainTime } {
  const work = deadlineSeconds + Math.ceil(deadlineFactor * gridSeconds(grid))
  return {
    bidsUntil: ChainTime.parse(now + bidSeconds),
    deliverBy: ChainTime.parse(now + bidSeconds + work),
  }
}

/** Seconds after the delivery's deadline in which check, dispute and ruling must be over. */
const settlementSeconds = 86_400

export function escrowDeadlines(
  now: ChainTime,
  deliverBy: ChainTime,
  { ratificationSeconds }: Patience,
): { readonly ratificationDeadline: ChainTime; readonly expiration: ChainTime } {
  const ratificationDeadline = ChainTime.parse(now + ratificationSeconds)
  const expiration = ChainTime.parse(Math.max(deliverBy, ratificationDeadline) + settlementSeconds)
  return { ratificationDeadline, expiration }
}

/** The escrow number of one attempt to award a job: derived, so that a repeated attempt cannot open a second escrow. */
export function escrowIdOf(job: JobId, attempt: number, sha256: Sha256): EscrowId {
  const hash = bytesToHex(sha256(utf8(`escrow ${job} ${attempt}`)))
  return EscrowId.parse(Number.parseInt(hash.slice(0, 8), 16))
}

/** What an offer says about its salt before it is revealed. */
export function saltHashOf(salt: Sha256Hex, sha256: Sha256): Sha256Hex {
  return Sha256Hex.parse(bytesToHex(sha256(hexToBytes(salt))))
}
