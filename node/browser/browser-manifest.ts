import { readFile, stat } from 'node:fs/promises'
import type { SegmentPlace } from '#market/ports/browser-encodes.ts'
import { framesInSegment, segmentCount } from '#protocol/grid.ts'
import { aacFrameSamples } from '#protocol/ladder.ts'
import type { Manifest, SegmentRecord } from '#protocol/manifest.ts'
import { audioRendition } from '../encoding/audio-arguments.ts'
import { browserClass } from '../encoding/browser-class.ts'
import { codecString } from '../encoding/codec-string.ts'
import { fileCid } from '../encoding/file-cid.ts'
import { buildManifest } from '../encoding/manifest.ts'
import type { SourceTerms } from './source-terms.ts'

/** The segments that a plan asks for, of pictures and of sound, in order. */
export function placesOf({ plan }: SourceTerms): readonly SegmentPlace[] {
  const video = Array.from({ length: segmentCount(plan.grid) }, (_, segment) => segment)
  const audio = (plan.audioFrames ?? []).keys()
  return [
    ...video.map((segment): SegmentPlace => ({ track: 'video', segment })),
    ...[...audio].map((segment): SegmentPlace => ({ track: 'audio', segment })),
  ]
}

/** Frames, or samples of sound, that belong into a segment; null for one that the plan does not have. */
export function unitsOf({ plan }: SourceTerms, { track, segment }: SegmentPlace): number | null {
  const { grid, audioFrames } = plan
  if (track === 'video') return segment < segmentCount(grid) ? framesInSegment(grid, segment) : null
  const frames = audioFrames?.[segment]
  return frames === undefined ? null : frames * aacFrameSamples
}

/**
 * The record of a tree whose segments are all here: what they are for is the plan's to say, and what they are is measured. Null
 * where the first is no H.264 in a transport stream.
 */
export async function measureTree(
  terms: SourceTerms,
  fileOf: (place: SegmentPlace) => string,
): Promise<Manifest | null> {
  const codecs = codecsOf(await readFile(fileOf({ track: 'video', segment: 0 })))
  if (codecs === null) return null
  const records: Record<SegmentPlace['track'], SegmentRecord[]> = { video: [], audio: [] }
  for (const place of placesOf(terms)) {
    const file = fileOf(place)
    const { size: bytes } = await stat(file)
    const units = unitsOf(terms, place)
    if (units === null) throw new RangeError('a plan has its own segments')
    records[place.track].push({ cid: await fileCid(file), bytes, units })
  }
  return buildManifest(terms.terms, browserClass, {
    segmentsOf: (name) => (name === audioRendition ? records.audio : records.video),
    codecsOf: () => codecs,
  })
}

function codecsOf(segment: Uint8Array): string | null {
  try {
    return codecString(segment)
  } catch {
    return null
  }
}
