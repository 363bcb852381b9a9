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

/** Until when bids are taken and the work is wanted: room for a slow machine, and never less than ten minutes. */
export function offerDeadlines(
  now: ChainTime,
  grid: FrameGrid,
  bidSeconds: number,
): { readonly bidsUntil: ChainTime; readonly deliverBy: ChainTime } {
  return {
    bidsUntil: ChainTime.parse(now + bidSeconds),
    deliverBy: ChainTime.parse(now + bidSeconds + 600 + Math.ceil(20 * gridSeconds(grid))),
  }
}

/** Seconds within which encoder and arbiter approve, or the money goes back by itself. */
const ratificationSeconds = 180

/** Seconds after the delivery's deadline in which check, dispute and ruling must be over. */
const settlementSeconds = 86_400

export function escrowDeadlines(
  now: ChainTime,
  deliverBy: ChainTime,
): { readonly ratificationDeadline: ChainTime; readonly expiration: ChainTime } {
  return {
    ratificationDeadline: ChainTime.parse(now + ratificationSeconds),
    expiration: ChainTime.parse(Math.max(deliverBy, now + ratificationSeconds) + settlementSeconds),
  }
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
