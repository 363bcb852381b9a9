import { z } from 'zod'
import { canonicalJson } from './canonical.ts'
import { DeterminismClass, HardwareEncoder } from './encoder.ts'
import { FrameGrid } from './grid.ts'
import { Cid } from './ids.ts'
import { Rendition, RenditionName } from './ladder.ts'
import { canMake, Recipe, recipes } from './recipe.ts'

/** One segment file. Its duration is counted, `units` frames of video or samples of sound, never read from a container. */
export const SegmentRecord = z.strictObject({
  cid: Cid,
  bytes: z.int().min(1),
  units: z.int().min(1),
})
export type SegmentRecord = z.infer<typeof SegmentRecord>

/** The initialization segment of a track in fragmented MP4: what a player needs before any of its segments. */
export const InitRecord = SegmentRecord.pick({ cid: true, bytes: true })
export type InitRecord = z.infer<typeof InitRecord>

/** Consecutive segments of a rendition that one kind of hardware made. */
export const HardwareRun = z.strictObject({
  encoder: HardwareEncoder,
  /** Index of the first segment, and how many follow on, that one included. */
  first: z.int().min(0),
  segments: z.int().min(1),
})
export type HardwareRun = z.infer<typeof HardwareRun>

/** As the video streams of the recipes are named: H.264, H.265, VP9, AV1. */
const CodecsName = z
  .string()
  .regex(
    /^(avc1\.[0-9A-F]{6}|hvc1\.[0-9A-FLH.]{4,40}|vp09\.\d\d\.\d\d\.\d\d|av01\.\d\.\d\d[MH]\.\d\d)$/,
  )

export const RenditionRecord = z
  .strictObject({
    ...Rendition.shape,
    /** RFC 6381 name, read from the stream: `avc1.640029`. */
    codecs: CodecsName,
    segments: z.array(SegmentRecord).min(1),
    /** Absent where segments are transport streams. */
    init: InitRecord.optional(),
    /**
     * Segments that hardware made: they are checked by how they look. All others are libx264's of the manifest's class
     * and are checked by their bytes. Absent without any, so that a tree of the recipe is the same on every machine.
     */
    hardware: z.array(HardwareRun).min(1).optional(),
  })
  .refine(
    ({ segments, hardware = [] }) =>
      hardware.every((run, index) => {
        const previous = hardware[index - 1]
        const free = previous ? previous.first + previous.segments : 0
        const isJoined = run.first === free && run.encoder === previous?.encoder
        return run.first >= free && !isJoined && run.first + run.segments <= segments.length
      }),
    'runs of hardware follow one another within the segments, as few as can be',
  )
export type RenditionRecord = z.infer<typeof RenditionRecord>

export const AudioRecord = z.strictObject({
  codecs: z.literal('mp4a.40.2'),
  kbps: z.int().min(1),
  channels: z.int().min(1),
  sampleRate: z.int().min(1),
  segments: z.array(SegmentRecord).min(1),
  /** Absent where segments are transport streams. */
  init: InitRecord.optional(),
})
export type AudioRecord = z.infer<typeof AudioRecord>

/** A file beside the segments: shown to people, not paid for. */
const ExtraFile = z.strictObject({
  cid: Cid,
  bytes: z
    .int()
    .min(1)
    .max(16 * 1024 * 1024),
})

export const PosterRecord = z.strictObject({
  ...ExtraFile.shape,
  width: z.int().min(1),
  height: z.int().min(1),
})
export type PosterRecord = z.infer<typeof PosterRecord>

/** Small pictures of a video, laid out on sheets line by line: the first frame of every so many segments. */
export const StoryboardRecord = z.strictObject({
  everySegments: z.int().min(1),
  tiles: z.int().min(1).max(10_000),
  columns: z.int().min(1).max(32),
  rows: z.int().min(1).max(32),
  /** Of one tile. */
  width: z.int().min(1),
  height: z.int().min(1),
  sheets: z.array(ExtraFile).min(1).max(400),
})
export type StoryboardRecord = z.infer<typeof StoryboardRecord>

/** Text that is shown over the pictures, as one WebVTT file. */
export const SubtitleRecord = z.strictObject({
  ...ExtraFile.shape,
  /** BCP 47; absent where the source does not say. */
  language: z.string().min(1).max(35).optional(),
  name: z
    .string()
    .min(1)
    .max(60)
    .regex(/^[^"\p{Cc}]+$/u, 'a name has neither quotes nor control characters'),
  isDefault: z.boolean(),
  isForced: z.boolean(),
})
export type SubtitleRecord = z.infer<typeof SubtitleRecord>

/**
 * `manifest.json`: our record of a tree. It names no job, account or time: equal sources and recipes give equal trees,
 * whoever encodes them and however often.
 */
export const Manifest = z
  .strictObject({
    v: z.literal(1),
    source: Cid,
    recipe: Recipe,
    grid: FrameGrid,
    /** The rendition that is the source's own video, as the offer asked. */
    copied: RenditionName.optional(),
    class: DeterminismClass,
    renditions: z.array(RenditionRecord).min(1).max(8),
    audio: AudioRecord.nullable(),
    /** Extras: a tree without them has no word of them in its manifest. */
    poster: PosterRecord.optional(),
    storyboard: StoryboardRecord.optional(),
    subtitles: z.array(SubtitleRecord).min(1).max(32).optional(),
  })
  .refine(
    ({ recipe, copied, renditions }) => canMake(recipe, { ladder: renditions, copied }),
    'the recipe cannot make these renditions',
  )
  .refine(({ recipe, renditions, audio }) => {
    const isFragmented = recipes[recipe].container === 'fmp4'
    const tracks = audio ? [...renditions, audio] : renditions
    return tracks.every(({ init }) => (init !== undefined) === isFragmented)
  }, 'tracks of fragmented MP4 have an initialization segment, and no others')
  .refine(
    ({ recipe, renditions }) =>
      recipes[recipe].isContract || renditions.every(({ hardware }) => hardware === undefined),
    'hardware makes segments of the contract only',
  )
export type Manifest = z.infer<typeof Manifest>

/** The text of `manifest.json`: canonical, so that equal manifests have one content id. */
export function manifestText(manifest: Manifest): string {
  const { grid } = manifest
  // Lengths of segments are the one thing in it that is written otherwise than it is held.
  return canonicalJson({ ...manifest, grid: grid.lengths ? z.encode(FrameGrid, grid) : grid })
}

/** Which hardware made a segment; null for libx264, whose bytes can be proved. */
export function hardwareOf(
  { hardware = [] }: Pick<RenditionRecord, 'hardware'>,
  segment: number,
): HardwareEncoder | null {
  const run = hardware.find(({ first, segments }) => segment >= first && segment < first + segments)
  return run?.encoder ?? null
}

/** The runs of a rendition from what made each of its segments, in order: what a record carries as `hardware`. */
export function hardwareRuns(encoders: readonly (HardwareEncoder | null)[]): HardwareRun[] {
  const runs: HardwareRun[] = []
  for (const [index, encoder] of encoders.entries()) {
    const last = runs.at(-1)
    if (encoder === null) continue
    if (last?.encoder === encoder && last.first + last.segments === index) last.segments += 1
    else runs.push({ encoder, first: index, segments: 1 })
  }
  return runs
}
