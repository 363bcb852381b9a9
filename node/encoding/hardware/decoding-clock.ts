import type { FrameGrid } from '#protocol/grid.ts'
import { frameSeconds, segmentStart } from '#protocol/grid.ts'
import { clockBaseSeconds, clockRate } from '../segment-clock.ts'
import { alignDecodingStart } from '../segment-finish.ts'
import { pesStarts, transportPackets, writeTicks } from '../transport-stream.ts'

/** Frames by which decoding runs ahead of showing in every segment that libx264 makes at the recipe's preset. */
const reorderFrames = 2

/**
 * Gives a segment's frames the decoding times that libx264 would have given them. A device that reorders less decodes
 * later before each picture; where its segments meet libx264's, decoding would step back in time. Returns what is wrong
 * with a segment that cannot have these times.
 */
export function alignDecodingTimes(
  bytes: Uint8Array,
  { index, grid }: { readonly index: number; readonly grid: FrameGrid },
): string | null {
  const frames = pesStarts(bytes)
  const first = segmentStart(grid, index) - reorderFrames
  const [start] = frames
  if (!start) return 'it has no frames'
  for (const [offset, { pts, dtsOffset }] of frames.entries()) {
    const dts = ticksAt(grid, first + offset)
    if (dts > pts + 1) return `it reorders by more than ${reorderFrames} frames`
    if (dtsOffset === null) return 'it has a frame without a decoding time'
    writeTicks(bytes, dtsOffset, Math.min(dts, pts))
  }
  shiftClock(bytes, ticksAt(grid, first) - start.dts)
  if (index === 0) alignDecodingStart(bytes)
  return null
}

function ticksAt({ rate }: FrameGrid, frame: number): number {
  return Math.round((clockBaseSeconds + frameSeconds(rate, frame)) * clockRate)
}

/** The reference clock runs with decoding: no picture may be due before its clock. */
function shiftClock(bytes: Uint8Array, ticks: number): void {
  for (const { offset, hasAdaptation } of transportPackets(bytes)) {
    const hasClock =
      hasAdaptation && (bytes[offset + 4] ?? 0) >= 7 && ((bytes[offset + 5] ?? 0) & 0x10) !== 0
    if (hasClock) shiftReference(bytes, offset + 6, ticks)
  }
}

/** 33 bits of ticks, then six that are reserved and nine of a finer clock, which stay. */
function shiftReference(bytes: Uint8Array, offset: number, ticks: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 6)
  const base = view.getUint32(0) * 2 + (view.getUint8(4) >> 7)
  const shifted = Math.max(0, base + ticks)
  view.setUint32(0, Math.floor(shifted / 2))
  view.setUint8(4, (view.getUint8(4) & 0x7f) | ((shifted % 2) << 7))
}
