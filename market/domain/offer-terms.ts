import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, hexToBytes, utf8 } from '#protocol/canonical.ts'
import type { FrameGrid, FrameRate } from '#protocol/grid.ts'
import type { JobId } from '#protocol/ids.ts'
import { ChainTime, EscrowId, Sha256Hex } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { secondsAsked } from '#protocol/range.ts'
import type { Bidding } from '#protocol/selection.ts'
import { sealedUntil } from './sealed-bidding.ts'

/**
 * Seconds a segment may last, as near as whole frames allow: the shortest that leaves a rendition within
 * {@link mostSegments}. A quarter of a minute is still quick to start; only videos of many hours go further.
 */
const segmentLengths = [4, 6, 8, 10, 12, 15, 20, 24, 30, 40, 60, 120, 240] as const

/** Segments of one rendition: more make a folder that gateways and clients of IPFS no longer list. */
export const mostSegments = 2000

/** Seconds encoded together, at least: a longer part saves nothing, and a crash loses little. */
const leastPartSeconds = 16

/** Segments in a part, at most; see the protocol's grid. */
const mostPartSegments = 16

/** Seconds decoded ahead of a part, at least: nearer seeks give false frames on open GOPs and variable rates. */
const leastLeadSeconds = 3

/**
 * The canonical grid of a source. Parts grow with what has to be decoded ahead of each, so that sources with few key
 * frames are not decoded many times over.
 */
export function frameGrid(rate: FrameRate, frames: number, longestGopSeconds: number): FrameGrid {
  const segmentFrames = segmentFramesFor(rate, frames)
  const leadSeconds = Math.max(leastLeadSeconds, Math.ceil(longestGopSeconds))
  const segmentSeconds = (segmentFrames * rate.denominator) / rate.numerator
  const partSegments = Math.round(Math.max(leastPartSeconds, 2 * leadSeconds) / segmentSeconds)
  return {
    rate,
    frames,
    segmentFrames,
    partSegments: Math.min(mostPartSegments, Math.max(1, partSegments)),
    leadSeconds,
  }
}

function segmentFramesFor({ numerator, denominator }: FrameRate, frames: number): number {
  const lengths = segmentLengths.map((seconds) =>
    Math.max(1, Math.round((seconds * numerator) / denominator)),
  )
  const fitting = lengths.find((length) => frames <= length * mostSegments)
  return fitting ?? Math.ceil(frames / mostSegments)
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
  const work = deadlineSeconds + Math.ceil(deadlineFactor * secondsAsked(grid))
  return {
    bidsUntil: ChainTime.parse(now + bidSeconds),
    deliverBy: ChainTime.parse(now + bidSeconds + work),
  }
}

/** The same, and until when bids are sealed where they are. */
export function biddingTimes(
  now: ChainTime,
  grid: FrameGrid,
  { bidding, ...patience }: Patience & { readonly bidding: Bidding },
): Pick<JobOffer, 'bidsUntil' | 'sealedUntil' | 'deliverBy'> {
  const deadlines = offerDeadlines(now, grid, patience)
  if (bidding === 'open') return deadlines
  return { ...deadlines, sealedUntil: sealedUntil(now, deadlines.bidsUntil) }
}

/** Seconds after the delivery's deadline in which check, dispute and ruling must be over. */
const settlementSeconds = 86_400

/** Before an escrow's expiration only the other side can claim it; after it, whoever is first. A dispute in time closes that race. */
export const disputeMarginSeconds = 3_600

export function escrowDeadlines(
  now: ChainTime,
  deliverBy: ChainTime,
  ratificationSeconds: number,
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
