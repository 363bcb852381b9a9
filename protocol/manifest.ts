import { z } from 'zod'
import { DeterminismClass } from './encoder.ts'
import { FrameGrid } from './grid.ts'
import { Cid } from './ids.ts'
import { Rendition } from './ladder.ts'
import { Recipe } from './offer.ts'

/** One segment file. Its duration is counted, `units` frames of video or samples of sound, never read from a container. */
export const SegmentRecord = z.strictObject({
  cid: Cid,
  bytes: z.int().min(1),
  units: z.int().min(1),
})
export type SegmentRecord = z.infer<typeof SegmentRecord>

export const RenditionRecord = z.strictObject({
  ...Rendition.shape,
  /** RFC 6381 name, read from the stream: `avc1.640029`. */
  codecs: z.string().regex(/^avc1\.[0-9A-F]{6}$/),
  segments: z.array(SegmentRecord).min(1),
})
export type RenditionRecord = z.infer<typeof RenditionRecord>

export const AudioRecord = z.strictObject({
  codecs: z.literal('mp4a.40.2'),
  kbps: z.int().min(1),
  channels: z.int().min(1),
  sampleRate: z.int().min(1),
  segments: z.array(SegmentRecord).min(1),
})
export type AudioRecord = z.infer<typeof AudioRecord>

/**
 * `manifest.json`: our record of a tree. It names no job, account or time: equal sources and recipes give equal trees,
 * whoever encodes them and however often.
 */
export const Manifest = z.strictObject({
  v: z.literal(1),
  source: Cid,
  recipe: Recipe,
  grid: FrameGrid,
  class: DeterminismClass,
  renditions: z.array(RenditionRecord).min(1).max(8),
  audio: AudioRecord.nullable(),
})
export type Manifest = z.infer<typeof Manifest>
