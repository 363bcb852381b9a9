import { MarketError } from '#market/errors.ts'
import type {
  Cell,
  EncodedSegment,
  EncodeOptions,
  EncodeRequest,
} from '#market/ports/encoding-engine.ts'
import type { PartWindow } from '#protocol/grid.ts'
import { framesInSegment, partWindow } from '#protocol/grid.ts'
import { audioPreset } from '#protocol/ladder.ts'
import { audioArguments, audioFrames, audioRendition } from './audio-arguments.ts'
import type { Ffmpeg } from './ffmpeg-process.ts'
import { partArguments } from './part-arguments.ts'
import { clockBaseSeconds } from './segment-clock.ts'
import type { ExpectedSegment } from './segment-files.ts'
import { finishAudioSegments, finishVideoSegments } from './segment-files.ts'
import type { SourceLayout } from './source-layout.ts'

/** Runs the recipe: one FFmpeg process per cell, one for the whole sound. */
export type PartEncoder = {
  encodeCell(
    request: EncodeRequest,
    cell: Cell,
    options: EncodeOptions,
  ): Promise<readonly EncodedSegment[]>
  encodeAudio(request: EncodeRequest, options: EncodeOptions): Promise<readonly EncodedSegment[]>
}

export type PartEncoderDeps = {
  readonly ffmpeg: Ffmpeg
  /** How a source is opened, with the streams that the terms name. */
  readonly readLayout: (request: EncodeRequest, signal: AbortSignal) => Promise<SourceLayout>
}

export function createPartEncoder(
  { ffmpeg, readLayout }: PartEncoderDeps,
  { instructions }: { readonly instructions: string | null },
): PartEncoder {
  return {
    encodeCell: async (request, { part, renditions }, { directory, signal, onProgress }) => {
      const { grid } = request.terms
      const window = partWindow(grid, part)
      const layout = await readLayout(request, signal)
      await ffmpeg.run({
        args: partArguments({ layout, grid, window, renditions, instructions }),
        directory,
        signal,
        onProgress: ({ frames }) => onProgress?.(Math.min(frames, window.frames)),
      })
      return await finishVideoSegments(directory, expectedOf(request, window, renditions))
    },
    encodeAudio: async (request, { directory, signal, onProgress }) => {
      const { source, grid } = request.terms
      if (source.audioStream === undefined)
        throw new MarketError('ffmpeg-failed', 'There is no sound to encode in a silent source.')
      const layout = await readLayout(request, signal)
      const counts = audioFrames(grid)
      await ffmpeg.run({
        args: audioArguments({ layout, audioStream: source.audioStream, grid }),
        directory,
        signal,
        onProgress: ({ seconds }) => onProgress?.(samplesUntil(seconds)),
      })
      return await finishAudioSegments(
        directory,
        counts.map((frames, index) => ({ rendition: audioRendition, index, frames })),
      )
    },
  }
}

function expectedOf(
  { terms: { grid } }: EncodeRequest,
  { firstSegment, segments }: PartWindow,
  renditions: Cell['renditions'],
): readonly ExpectedSegment[] {
  const indexes = Array.from({ length: segments }, (_, offset) => firstSegment + offset)
  return renditions.flatMap(({ name }) =>
    indexes.map((index) => ({ rendition: name, index, frames: framesInSegment(grid, index) })),
  )
}

function samplesUntil(seconds: number): number {
  return Math.round(Math.max(0, seconds - clockBaseSeconds) * audioPreset.sampleRate)
}
