import { MarketError } from '#market/errors.ts'
import type { Orientation } from './orientation.ts'
import { orientationOf } from './orientation.ts'
import type { ProbedStream, Ratio } from './probe-answer.ts'
import type { SourceColor } from './source-color.ts'
import { sourceColor } from './source-color.ts'

/**
 * How a video is made of fields. `flagged`: the decoder says of each picture whether it is; `top` and `bottom`: every
 * picture is, and that field comes first, whatever its flags say.
 */
export type FieldOrder = 'progressive' | 'flagged' | 'top' | 'bottom'

/** What a header says of a video, each open question answered as a player would answer it. */
export type VideoLayout = {
  readonly index: number
  readonly codec: string
  readonly profile: string | null
  /** As the codec counts it: 41 is H.264's level 4.1. */
  readonly level: number | null
  /** FFmpeg's decoder by name, where its first choice would lose something; else null. */
  readonly decoder: string | null
  /** What a viewer sees: square pixels, rotation applied. */
  readonly width: number
  readonly height: number
  readonly stored: { readonly width: number; readonly height: number; readonly aspect: Ratio }
  readonly orientation: Orientation
  readonly pixelFormat: string | null
  readonly bitDepth: number
  readonly hasAlpha: boolean
  readonly color: SourceColor
  readonly fields: FieldOrder
  readonly timeBase: Ratio
  /** Zero of the job's clock, in units of the time base: when the first picture is shown. */
  readonly startPts: number
  /** Rates the header claims, the likelier first. */
  readonly claimedRates: readonly Ratio[]
  readonly declaredSeconds: number | null
}

/** Rejects, with `input-unreadable`, a stream whose kind FFmpeg does not know. */
export function videoLayout(stream: ProbedStream, demuxer: string): VideoLayout {
  if (stream.codec_name === null || stream.time_base === null)
    throw new MarketError('input-unreadable', 'The kind of its video is not known here.')
  const orientation = orientationOf(stream.side_data_list, stream.tags)
  const aspect = stream.sample_aspect_ratio ?? { numerator: 1, denominator: 1 }
  const hasHiddenAlpha = stream.tags.alpha_mode === '1' && stream.codec_name in alphaDecoders
  return {
    index: stream.index,
    codec: stream.codec_name,
    profile: stream.profile,
    level: stream.level,
    decoder: hasHiddenAlpha ? (alphaDecoders[stream.codec_name] ?? null) : null,
    ...shownSize(stream, aspect, orientation),
    stored: { width: stream.width, height: stream.height, aspect },
    orientation,
    pixelFormat: stream.pix_fmt,
    bitDepth: bitDepthOf(stream.pix_fmt ?? ''),
    hasAlpha: hasHiddenAlpha || alphaFormat.test(stream.pix_fmt ?? ''),
    color: sourceColor(stream),
    fields: ['tt', 'bb', 'tb', 'bt'].includes(stream.field_order ?? '') ? 'flagged' : 'progressive',
    timeBase: stream.time_base,
    startPts: (stream.start_pts ?? 0) + unseenDelay(stream, demuxer),
    claimedRates: [stream.r_frame_rate, stream.avg_frame_rate].filter((rate) => rate !== null),
    declaredSeconds: stream.duration,
  }
}

/** WebM keeps transparency in a second stream beside each picture, which only these decoders put together. */
const alphaDecoders: Readonly<Record<string, string>> = { vp8: 'libvpx', vp9: 'libvpx-vp9' }

const alphaFormat = /^(yuva|gbrap|rgba|bgra|argb|abgr|ya|pal8)/

/** Formats of more than eight bits end in their depth and the order of their bytes: `yuv420p10le`, `rgb48be`. */
function bitDepthOf(pixelFormat: string): number {
  const [, bits] = /(9|1[0246]|48|64)(?:le|be)$/.exec(pixelFormat) ?? []
  return bits === '48' || bits === '64' ? 16 : Number(bits ?? 8)
}

/** AVI counts the pictures as they are decoded; the first one is shown when those that reach past it are in. */
function unseenDelay({ has_b_frames }: ProbedStream, demuxer: string): number {
  return demuxer === 'avi' ? has_b_frames : 0
}

/** The aspect of the stored pixels is applied to the width, as players do; then the rotation. */
function shownSize(
  stored: { readonly width: number; readonly height: number },
  { numerator, denominator }: Ratio,
  { isTurned }: Orientation,
): { readonly width: number; readonly height: number } {
  const width = Math.max(1, Math.round((stored.width * numerator) / denominator))
  return isTurned ? { width: stored.height, height: width } : { width, height: stored.height }
}
