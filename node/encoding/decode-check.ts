import { tmpdir } from 'node:os'
import { MarketError } from '#market/errors.ts'
import { frameSeconds } from '#protocol/grid.ts'
import type { Ffmpeg } from './ffmpeg-process.ts'
import { fromZero, inputArguments, openingArguments } from './input-arguments.ts'
import { mostPaddedFrames, windowFilters } from './part-arguments.ts'
import type { SourceLayout } from './source-layout.ts'
import type { SourceTimeline } from './source-timeline.ts'

/** Whole seconds of a source. */
type Stretch = { readonly from: number; readonly to: number }

/** A source up to this length is decoded whole, a longer one in stretches. */
const wholeSeconds = 12
const stretchSeconds = 2

/** Tries what an encoder will do with a source, on a few of its stretches; all seconds count from the job's zero. */
export type DecodeCheck = {
  /** Rejects with `input-truncated` where pictures that the container lists do not come out of the decoder. */
  requirePictures(layout: SourceLayout, timeline: SourceTimeline): Promise<void>
  /** Rejects with `input-truncated` when the sound's beginning cannot be decoded. */
  requireSound(layout: SourceLayout, audioStream: number): Promise<void>
  /**
   * Frames of the whole output, by the times in the file. Runs the recipe's own filters over the end and rejects with
   * `input-truncated` if they make fewer than it can pad: builds differ by a frame or two in where they see the end.
   */
  countFrames(layout: SourceLayout, timeline: SourceTimeline): Promise<number>
}

export function createDecodeCheck(
  { ffmpeg }: { readonly ffmpeg: Ffmpeg },
  signal: AbortSignal,
): DecodeCheck {
  const decode = async (opening: readonly string[], graph: string): Promise<number> => {
    const output = ['-filter_complex', `${graph}[out]`, '-map', '[out]', '-f', 'null', '-']
    const args = ['-loglevel', 'error', ...opening, ...output]
    const directory = tmpdir()
    const { progress } = await ffmpeg.run({ args, directory, signal }).catch(refuseUndecodable)
    return progress.frames
  }
  const countOutput = (layout: SourceLayout, from: number, graph: string): Promise<number> =>
    decode(inputArguments(layout, from), graph)
  return {
    requirePictures: async (layout, timeline) => {
      const { video } = layout
      for (const { from, to } of stretchesOf(timeline)) {
        const listed = sum(timeline.picturesPerSecond.slice(from, to))
        const graph = `[0:${video.index}]${fromZero(video, 'setpts')},trim=start=${from}:end=${to}`
        const decoded = await countOutput(layout, from - leadOf(timeline), graph)
        if (decoded + 1 < 0.9 * listed || (decoded === 0 && listed > 0)) throw undecodable(from)
      }
    },
    requireSound: async (layout, audioStream) => {
      const graph = `[0:${audioStream}]${fromZero(layout.video, 'asetpts')},atrim=end=${stretchSeconds}`
      await decode(openingArguments(layout, 0), graph)
    },
    countFrames: async (layout, timeline) => {
      const { numerator, denominator } = timeline.rate
      const frames = Math.max(1, Math.round((timeline.endSeconds * numerator) / denominator))
      const startFrame = Math.max(0, frames - Math.ceil((stretchSeconds * numerator) / denominator))
      const filters = windowFilters(layout, timeline.rate, { startFrame }).join(',')
      const from = frameSeconds(timeline.rate, startFrame) - leadOf(timeline)
      const made = await countOutput(layout, from, `[0:${layout.video.index}]${filters}`)
      if (startFrame + made + mostPaddedFrames < frames)
        throw undecodable(timeline.lastStartSeconds)
      return frames
    },
  }
}

/** Seconds decoded ahead, as in an offer's grid. */
function leadOf({ longestGopSeconds }: SourceTimeline): number {
  return Math.max(3, Math.ceil(longestGopSeconds))
}

function stretchesOf({ picturesPerSecond }: SourceTimeline): readonly Stretch[] {
  const seconds = picturesPerSecond.length
  if (seconds <= wholeSeconds) return [{ from: 0, to: seconds }]
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const from = Math.floor((seconds - stretchSeconds) * share)
    return { from, to: from + stretchSeconds }
  })
}

/** An exit with a code of FFmpeg's own is about the input; anything else is about this machine. */
function refuseUndecodable(cause: unknown): never {
  const isAboutInput = cause instanceof MarketError && 'exitCode' in cause.meta
  if (!isAboutInput) throw cause
  const message =
    'The file cannot be decoded: it is damaged, or of a kind this FFmpeg does not know.'
  throw new MarketError('input-truncated', message, cause.meta, { cause })
}

function undecodable(second: number): MarketError {
  const at = Math.floor(second)
  return new MarketError(
    'input-truncated',
    `The file is damaged: its pictures cannot be decoded at ${at} seconds.`,
    { second: at },
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
