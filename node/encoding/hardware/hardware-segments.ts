import { readFile, writeFile } from 'node:fs/promises'
import { segmentBitsLimit } from '#market/domain/segment-rate.ts'
import { MarketError } from '#market/errors.ts'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { frameSeconds, segmentStart } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { hasFramesInPlace } from '../frames-in-place.ts'
import { alignDecodingTimes } from './decoding-clock.ts'
import type { HardwareDevice } from './hardware-device.ts'
import { nalUnits } from './nal-units.ts'
import { alignSequenceHeader, sequenceParameterSet } from './sequence-headers.ts'

export type HardwareWork = {
  readonly renditions: readonly Rendition[]
  readonly grid: FrameGrid
  readonly device: HardwareDevice
}

/**
 * Takes over segments whose frames have been counted. libx264 keeps its promises; of a driver each is looked at: a
 * segment must begin with a key frame, be of its rendition’s profile and level, show its frames at their
 * times, and stay below the cap. Rejects with `ffmpeg-failed`; nothing that differs is handed on.
 */
export async function finishHardwareSegments(
  segments: readonly EncodedSegment[],
  { renditions, grid, device }: HardwareWork,
): Promise<readonly EncodedSegment[]> {
  for (const segment of segments) {
    const rendition = renditions.find(({ name }) => name === segment.rendition)
    if (!rendition) throw new Error('a segment is of one of the renditions')
    const bytes = await readFile(segment.path)
    const fault =
      overCap(bytes.length, rendition, frameSeconds(grid.rate, segment.units)) ??
      alignHeaders(bytes, rendition) ??
      misplaced(bytes, segment, grid) ??
      alignDecodingTimes(bytes, { index: segment.index, grid })
    if (fault !== null) throw refusal(segment, fault)
    await writeFile(segment.path, bytes)
  }
  return segments.map((segment) => ({ ...segment, hardware: device.encoder }))
}

const keyFrameSlice = 5

/** Every header is corrected on the way. Further key frames are harmless: a device may set one where the scene changes. */
function alignHeaders(bytes: Uint8Array, rendition: Rendition): string | null {
  const firstFrame = new Set<number>()
  for (const unit of nalUnits(bytes)) {
    if (unit.frame === 0) firstFrame.add(unit.type)
    if (unit.type !== sequenceParameterSet) continue
    const fault = alignSequenceHeader(bytes, unit, rendition)
    if (fault !== null) return fault
  }
  if (!firstFrame.has(sequenceParameterSet)) return 'it begins without a stream header'
  return firstFrame.has(keyFrameSlice) ? null : 'it does not begin with a key frame'
}

function misplaced(
  bytes: Uint8Array,
  { index, units }: EncodedSegment,
  grid: FrameGrid,
): string | null {
  const place = { first: segmentStart(grid, index), frames: units, rate: grid.rate }
  return hasFramesInPlace(bytes, place) ? null : 'its frames are not shown at their times'
}

function overCap(bytes: number, { kbps }: Rendition, seconds: number): string | null {
  return bytes * 8 <= segmentBitsLimit(kbps, seconds)
    ? null
    : `${bytes} bytes in ${seconds.toFixed(3)} seconds are above its cap`
}

function refusal({ rendition, index }: EncodedSegment, fault: string): MarketError {
  return new MarketError(
    'ffmpeg-failed',
    `The device’s segment ${index} of ${rendition} is not what was asked for: ${fault}.`,
    { rendition, index },
  )
}
