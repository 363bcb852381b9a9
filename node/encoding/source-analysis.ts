import { MarketError } from '#market/errors.ts'
import type { AnalyseOptions, SourceProfile } from '#market/ports/encoding-engine.ts'
import { mayJump } from './containers.ts'
import { createDecodeCheck } from './decode-check.ts'
import type { Ffmpeg } from './ffmpeg-process.ts'
import type { Ffprobe } from './ffprobe.ts'
import { guardInput } from './input-guard.ts'
import type { LayoutReader } from './layout-reader.ts'
import { isProtected } from './mp4-protection.ts'
import { ownVideo } from './own-video.ts'
import { requireDecodable } from './source-fitness.ts'
import type { SourceLayout } from './source-layout.ts'
import type { SourceTimeline, TimelineOptions } from './source-timeline.ts'
import { readTimeline } from './source-timeline.ts'

/** What is too large to be offered at all, so that a small file cannot ask for a mountain of work. */
export type SourceLimits = {
  /** Of the file; what nobody should be asked to move. */
  readonly bytes?: number
  readonly seconds: number
  readonly pixels: number
}

/** A grid cannot decode further ahead than this (see the protocol's `leadSeconds`). */
const longestGopSeconds = 600

/** Seconds by which a header may be wrong: recorders write it before they know how the file ends. */
const leastLoss = 0.5

/** In recordings, a longer step of the clock is a break in it and not a picture that stands still. */
const longestRecordedStepSeconds = 10

export type SourceAnalysisDeps = {
  readonly ffprobe: Ffprobe
  readonly ffmpeg: Ffmpeg
  readonly readLayout: LayoutReader
  /** What this machine's FFmpeg can decode. */
  readonly decoders: ReadonlySet<string>
}

/** All that is known of a file: what an offer needs, how it is opened, and what its packets tell. */
export type MeasuredSource = {
  readonly profile: SourceProfile
  readonly layout: SourceLayout
  readonly timeline: SourceTimeline
}

/**
 * Measures a file before any money moves: what it refuses with a MarketError `input-…`, no encoder could finish; what it
 * counts, every encoder will find. What only this machine cannot do it refuses with `unsupported-here`. The packets are
 * read through once, and some stretches are decoded.
 */
export function createSourceAnalysis(
  { ffprobe, ffmpeg, readLayout, decoders }: SourceAnalysisDeps,
  limits: SourceLimits,
) {
  return async (
    path: string,
    signal: AbortSignal,
    { onRead }: Pick<AnalyseOptions, 'onRead'> = {},
  ): Promise<MeasuredSource> => {
    signal.throwIfAborted()
    const { bytes } = await guardInput(path)
    refuseHuge(bytes, limits)
    await refuseProtected(path)
    const layout = await readLayout({ source: path }, signal)
    refuseLarge(layout, limits)
    requireDecodable(layout, decoders)
    const timeline = await readPackets(ffprobe, layout, { signal, onRead })
    refuseLong(timeline, limits)
    refuseBroken(layout, timeline)
    const check = createDecodeCheck({ ffmpeg }, signal)
    await check.requirePictures(layout, timeline)
    if (layout.audioStream !== null) await check.requireSound(layout, layout.audioStream)
    const frames = await check.countFrames(layout, timeline)
    const own = ownVideo(layout, timeline, frames)
    return { layout, timeline, profile: { ...profileOf(layout, timeline), bytes, frames, own } }
  }
}

function profileOf(
  { video, audioStream }: SourceLayout,
  timeline: SourceTimeline,
): Omit<SourceProfile, 'bytes' | 'frames' | 'own'> {
  const bytes = timeline.bytesPerSecond.reduce((sum, count) => sum + count, 0)
  return {
    width: video.width,
    height: video.height,
    codec: video.codec,
    videoStream: video.index,
    audioStream,
    rate: timeline.rate,
    longestGopSeconds: timeline.longestGopSeconds,
    videoKbps: Math.ceil((8 * bytes) / timeline.endSeconds / 1000),
  }
}

async function refuseProtected(path: string): Promise<void> {
  if (!(await isProtected(path))) return
  throw new MarketError(
    'input-encrypted',
    'The video is protected against copying; give a file that is not.',
  )
}

async function readPackets(
  ffprobe: Ffprobe,
  layout: SourceLayout,
  options: TimelineOptions,
): Promise<SourceTimeline> {
  const timeline = await readTimeline(ffprobe, layout, options).catch((cause: unknown) => {
    options.signal.throwIfAborted()
    const message = 'The file is damaged: it cannot be read to its end.'
    throw new MarketError('input-truncated', message, { path: layout.path }, { cause })
  })
  if (timeline.pictures > 0) return timeline
  throw new MarketError('input-truncated', 'The file names a video but holds no picture of it.')
}

/** A day of the best camera. */
const usualMostBytes = 2 ** 40

function refuseHuge(bytes: number, { bytes: limit = usualMostBytes }: SourceLimits): void {
  if (bytes <= limit) return
  throw new MarketError(
    'input-too-large',
    `The file is too large: ${Math.round(bytes / 1e9)} GB, where ${Math.round(limit / 1e9)} are taken.`,
    { bytes, limit },
  )
}

function refuseLarge({ video }: SourceLayout, { pixels }: SourceLimits): void {
  const largest = Math.max(video.stored.width * video.stored.height, video.width * video.height)
  if (largest <= pixels && Math.max(video.width, video.height) <= 16_384) return
  throw new MarketError(
    'input-too-large',
    `The video's pictures are too large: ${video.width}x${video.height}.`,
    { width: video.width, height: video.height, limit: pixels },
  )
}

function refuseLong({ endSeconds }: SourceTimeline, { seconds }: SourceLimits): void {
  if (endSeconds <= seconds) return
  throw new MarketError(
    'input-too-large',
    `The video is too long: ${Math.round(endSeconds / 60)} minutes, where ${Math.floor(seconds / 60)} are taken.`,
    { seconds: Math.round(endSeconds), limit: seconds },
  )
}

function refuseBroken(layout: SourceLayout, timeline: SourceTimeline): void {
  refuseShort(layout, timeline)
  const step = Math.round(timeline.longestHoldSeconds)
  if (timeline.runsBackwards || (mayJump(layout.demuxer) && step > longestRecordedStepSeconds))
    throw new MarketError(
      'input-unreadable',
      "The video's clock jumps in the middle of the file; save it again in an editor first.",
      { step },
    )
  if (timeline.longestGopSeconds > longestGopSeconds)
    throw new MarketError(
      'input-unreadable',
      'The video has too few key frames to be encoded in parts; save it again in an editor first.',
      { longestGopSeconds: Math.round(timeline.longestGopSeconds) },
    )
}

/** A cut file's header still tells of the whole. Containers that give no length of the video give one for the file. */
function refuseShort({ video, declaredSeconds }: SourceLayout, timeline: SourceTimeline): void {
  const declared = video.declaredSeconds ?? declaredSeconds ?? 0
  const held = video.declaredSeconds === null ? timeline.fileSeconds : timeline.endSeconds
  if (declared - held <= Math.max(leastLoss, 0.02 * declared)) return
  throw new MarketError(
    'input-truncated',
    `The file is cut off: it says ${Math.round(declared)} seconds and holds ${Math.round(held)}.`,
    { declaredSeconds: Math.round(declared), seconds: Math.round(held) },
  )
}
