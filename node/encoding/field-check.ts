import { tmpdir } from 'node:os'
import type { Ffmpeg } from './ffmpeg-process.ts'
import { inputArguments } from './input-arguments.ts'
import type { SourceLayout } from './source-layout.ts'
import type { FieldOrder, VideoLayout } from './video-layout.ts'

/** How many pictures look like what; the rest cannot be told. */
export type FieldCount = {
  readonly top: number
  readonly bottom: number
  readonly progressive: number
}

/** Pictures looked at in each of a few places: enough to see motion, few enough to cost nothing. */
const sampledPictures = 32
const sampledShares = [0, 0.35, 0.7] as const

/** Fewer pictures prove nothing against a header. */
const leastProof = 12

/** Lines of television, in which pictures made of fields come. */
const televisionLines: readonly number[] = [480, 486, 512, 576, 608, 1080, 1088]

/** Codecs of the web and of animations have no fields. */
const fieldlessCodecs: readonly string[] = ['vp8', 'vp9', 'av1', 'theora', 'gif', 'png', 'apng']

/** No recording of fields shows more whole pictures than this in a second. */
const fastestFieldRate = 30.1

/**
 * Finds out how a video is made of fields by looking at its pictures: headers often say nothing, or are wrong in either
 * direction. Depends on nothing but the file, so that every encoder comes to the same answer.
 */
export async function checkFields(
  { ffmpeg }: { readonly ffmpeg: Ffmpeg },
  layout: SourceLayout,
  signal: AbortSignal,
): Promise<FieldOrder> {
  if (!mayHaveFields(layout.video)) return 'progressive'
  const { video, declaredSeconds } = layout
  const seconds = video.declaredSeconds ?? declaredSeconds ?? 0
  let [top, bottom, progressive] = [0, 0, 0]
  for (const share of seconds > 4 ? sampledShares : [0]) {
    const count = await countFields(ffmpeg, layout, share * seconds, signal)
    top += count.top
    bottom += count.bottom
    progressive += count.progressive
  }
  return judgeFields(video.fields, { top, bottom, progressive })
}

/** A header is overruled only by pictures that agree among themselves; false alarms come in both orders at once. */
export function judgeFields(header: FieldOrder, seen: FieldCount): FieldOrder {
  const [most, least] = [Math.max(seen.top, seen.bottom), Math.min(seen.top, seen.bottom)]
  if (most >= leastProof && most >= 8 * least && most >= 2 * seen.progressive)
    return seen.top > seen.bottom ? 'top' : 'bottom'
  const isWhole = seen.progressive >= leastProof && seen.progressive >= 10 * (most + least)
  return isWhole ? 'progressive' : header
}

/** FFmpeg's detector writes its findings into the log; the ones of several pictures together are the surer ones. */
export function parseFieldCount(log: readonly string[]): FieldCount {
  const line = log.findLast((text) => text.includes('Multi frame detection')) ?? ''
  const counted = (name: string): number => {
    const [, count = '0'] = new RegExp(`${name}:\\s*(\\d+)`).exec(line) ?? []
    return Number(count)
  }
  return { top: counted('TFF'), bottom: counted('BFF'), progressive: counted('Progressive') }
}

function mayHaveFields({ fields, codec, stored, claimedRates }: VideoLayout): boolean {
  if (fieldlessCodecs.includes(codec) || stored.height < 64) return false
  if (fields === 'flagged') return true
  const [rate] = claimedRates
  const isFast = rate !== undefined && rate.numerator / rate.denominator > fastestFieldRate
  return !isFast && televisionLines.includes(stored.height)
}

/** A place that cannot be decoded tells nothing; that it cannot is for others to judge. */
async function countFields(
  ffmpeg: Ffmpeg,
  layout: SourceLayout,
  second: number,
  signal: AbortSignal,
): Promise<FieldCount> {
  const args = [
    ...['-loglevel', 'info', '-threads', '1', ...inputArguments(layout, second)],
    ...['-filter_complex', `[0:${layout.video.index}]idet[out]`, '-map', '[out]'],
    ...['-frames:v', String(sampledPictures), '-f', 'null', '-'],
  ]
  try {
    const { log } = await ffmpeg.run({ args, directory: tmpdir(), signal })
    return parseFieldCount(log)
  } catch {
    signal.throwIfAborted()
    return { top: 0, bottom: 0, progressive: 0 }
  }
}
