import type { FrameGrid, PartWindow } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { inputArguments } from '../input-arguments.ts'
import { windowFilters } from '../part-arguments.ts'
import { renditionFilters, uprightFilters } from '../picture-filters.ts'
import type { SourceLayout } from '../source-layout.ts'

/** Codecs beyond the contract, each with its encoders in FFmpeg: the first that works is the one that counts. */
export const softwareCodecs = [
  { codec: 'h265', encoders: ['libx265'] },
  { codec: 'vp9', encoders: ['libvpx-vp9'] },
  { codec: 'av1', encoders: ['libsvtav1', 'libaom-av1'] },
] as const

type SoftwareEncoder = (typeof softwareCodecs)[number]['encoders'][number]

export type CodecEncode = {
  readonly layout: SourceLayout
  readonly grid: FrameGrid
  readonly window: PartWindow
  readonly rendition: Rendition
  readonly encoder: SoftwareEncoder
}

/**
 * Encodes a window's frames, as the recipe's filters make them, by another codec, and drops the result: what it takes
 * is what is to be known. Closed groups of one segment under the rendition's cap, on all cores. Where an offer asks for
 * such a codec, these are its encoder's arguments; it then needs fragmented MP4, since VP9 and AV1 have no place in a
 * transport stream.
 */
export function codecTrialArguments(encode: CodecEncode): readonly string[] {
  const { layout, grid, window, rendition } = encode
  const { startFrame, frames } = window
  const filters = [
    ...windowFilters(layout, grid.rate, { startFrame, endFrame: startFrame + frames }),
    ...uprightFilters(layout.video),
    ...renditionFilters(layout.video, rendition),
  ]
  return [
    ...['-loglevel', 'warning', ...inputArguments(layout, 0)],
    ...['-filter_complex', `[0:${layout.video.index}]${filters.join(',')}[out]`],
    ...['-map', '[out]', '-frames:v', String(frames), ...codecArguments(encode)],
    ...['-f', 'null', '-'],
  ]
}

/** Quality in each encoder's own scale, about as crf 23 of libx264 looks; its middling speed. */
function codecArguments({ encoder, grid, rendition }: CodecEncode): readonly string[] {
  const group = ['-g', String(grid.segmentFrames)]
  const cap = ['-maxrate', `${rendition.kbps}k`, '-bufsize', `${2 * rendition.kbps}k`]
  switch (encoder) {
    case 'libx265':
      return [
        ...['-c:v', 'libx265', '-preset', 'medium', '-crf', '26', ...cap, ...group],
        ...['-x265-params', 'open-gop=0:scenecut=0:log-level=error'],
      ]
    case 'libvpx-vp9':
      return [
        ...['-c:v', 'libvpx-vp9', '-deadline', 'good', '-cpu-used', '4', '-row-mt', '1'],
        ...['-crf', '33', '-b:v', `${rendition.kbps}k`, ...group],
      ]
    case 'libsvtav1':
      return ['-c:v', 'libsvtav1', '-preset', '8', '-crf', '35', ...group]
    case 'libaom-av1':
      return [
        ...['-c:v', 'libaom-av1', '-cpu-used', '8', '-row-mt', '1', '-crf', '35'],
        ...['-b:v', `${rendition.kbps}k`, ...group],
      ]
  }
}
