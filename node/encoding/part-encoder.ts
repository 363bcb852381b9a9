import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { segmentBitsLimit } from '#market/domain/segment-rate.ts'
import { MarketError } from '#market/errors.ts'
import type {
  Cell,
  EncodedSegment,
  EncodeOptions,
  EncodeRequest,
} from '#market/ports/encoding-engine.ts'
import type { FrameGrid, PartWindow } from '#protocol/grid.ts'
import { frameSeconds, framesInSegment, partWindow, segmentCount } from '#protocol/grid.ts'
import { audioPreset } from '#protocol/ladder.ts'
import { recipes } from '#protocol/recipe.ts'
import type { AudioEncode } from './audio-arguments.ts'
import {
  audioArguments,
  audioFrames,
  audioRendition,
  evenSoundArguments,
  evenSoundLayout,
} from './audio-arguments.ts'
import { framePixels } from './cell-plan.ts'
import { mostSteps } from './codecs/codec-arguments.ts'
import { colorTable } from './color-table.ts'
import { requireCopyable } from './copied-segments.ts'
import { copyArguments } from './copy-arguments.ts'
import type { Ffmpeg, FfmpegRun } from './ffmpeg-process.ts'
import { finishAudioFragments, finishVideoFragments } from './fmp4/fragment-files.ts'
import type { HardwareDevice } from './hardware/hardware-device.ts'
import { finishHardwareSegments } from './hardware/hardware-segments.ts'
import { partArguments } from './part-arguments.ts'
import { colorTableFile } from './picture-filters.ts'
import { memoryCeilingBytes } from './process-limits.ts'
import { clockBaseSeconds } from './segment-clock.ts'
import type { ExpectedSegment } from './segment-files.ts'
import { finishAudioSegments, finishVideoSegments } from './segment-files.ts'
import type { SourceLayout } from './source-layout.ts'

/** Where a cell is encoded, if not by the recipe's own encoder, and how long it may take and stand still. */
type CellOptions = EncodeOptions & {
  readonly hardware?: HardwareDevice | null
  readonly stallMs?: number
  /** See {@link cellLimitMs}. */
  readonly longestMs?: number
}

/** Runs the recipe: one FFmpeg process per cell, one for the whole sound. */
export type PartEncoder = {
  encodeCell(
    request: EncodeRequest,
    cell: Cell,
    options: CellOptions,
  ): Promise<readonly EncodedSegment[]>
  encodeAudio(request: EncodeRequest, options: EncodeOptions): Promise<readonly EncodedSegment[]>
  copyVideo(request: EncodeRequest, options: EncodeOptions): Promise<readonly EncodedSegment[]>
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
    encodeCell: async (request, { part, renditions }, options) => {
      const { directory, signal, stallMs, longestMs, hardware = null, onProgress } = options
      const { grid, recipe } = request.terms
      const window = partWindow(grid, part)
      const layout = await readLayout(request, signal)
      await provideColors(layout, directory)
      const common = { layout, grid, recipe, window, instructions, hardware }
      const run = async (wanted: Cell['renditions'], step: number): Promise<void> => {
        const memory = memoryCeilingBytes(storedPixels(layout), framePixels(wanted))
        await ffmpeg.run({
          args: partArguments({ ...common, renditions: wanted, step }),
          directory,
          signal,
          ...(stallMs === undefined ? {} : { stallMs }),
          ...(longestMs === undefined ? {} : { longestMs }),
          ...(hardware === null && { memoryBytes: memory }),
          onProgress: ({ frames }) => onProgress?.(Math.min(frames, window.frames)),
        })
      }
      if (recipes[recipe].container === 'fmp4')
        return await encodeWithinRate(renditions, grid, async (wanted, step) => {
          await run(wanted, step)
          const expected = expectedOf(request, window, wanted)
          return await finishVideoFragments(directory, expected, { ...common, renditions: wanted })
        })
      await run(renditions, 0)
      const segments = await finishVideoSegments(directory, expectedOf(request, window, renditions))
      if (hardware === null) return segments
      return await finishHardwareSegments(segments, { renditions, grid, device: hardware })
    },
    encodeAudio: async (request, { directory, signal, onProgress }) => {
      const { source, grid, recipe } = request.terms
      if (source.audioStream === undefined)
        throw new MarketError('ffmpeg-failed', 'There is no sound to encode in a silent source.')
      const layout = await readLayout(request, signal)
      const counts = audioFrames(grid)
      await encodeSound(
        ffmpeg,
        { layout, audioStream: source.audioStream, grid },
        {
          directory,
          signal,
          memoryBytes: memoryCeilingBytes(storedPixels(layout), 0),
          onProgress: ({ seconds }) => onProgress?.(samplesUntil(seconds)),
        },
      )
      const isFragmented = recipes[recipe].container === 'fmp4'
      const finish = isFragmented ? finishAudioFragments : finishAudioSegments
      return await finish(
        directory,
        counts.map((frames, index) => ({ rendition: audioRendition, index, frames })),
      )
    },
    copyVideo: async (request, { directory, signal, onProgress }) => {
      const { copied, grid, ladder } = request.terms
      const renditions = ladder.filter(({ name }) => name === copied)
      const layout = await readLayout(request, signal)
      for (const { name } of renditions)
        await ffmpeg.run({
          args: copyArguments({ layout, grid, rendition: name }),
          directory,
          signal,
          onProgress: ({ frames }) => onProgress?.(Math.min(frames, grid.frames)),
        })
      const whole = { firstSegment: 0, segments: segmentCount(grid) }
      const segments = await finishVideoSegments(directory, expectedOf(request, whole, renditions))
      await requireCopyable(segments, grid)
      return segments
    },
  }
}

/**
 * Encodes renditions of a part, and those that come out above their rate once more at a lower quality, until they keep it or
 * there is no lower one. Whoever encodes the part takes the same steps.
 */
async function encodeWithinRate(
  renditions: Cell['renditions'],
  grid: FrameGrid,
  encode: (wanted: Cell['renditions'], step: number) => Promise<readonly EncodedSegment[]>,
): Promise<readonly EncodedSegment[]> {
  const kept: EncodedSegment[] = []
  let wanted = renditions
  for (let step = 0; step <= mostSteps && wanted.length > 0; step += 1) {
    const segments = await encode(wanted, step)
    const heavy = new Set<string>()
    for (const { rendition, path: file, units } of segments) {
      const kbps = wanted.find(({ name }) => name === rendition)?.kbps ?? 0
      const limit = segmentBitsLimit(kbps, frameSeconds(grid.rate, units))
      if (8 * (await stat(file)).size > limit) heavy.add(rendition)
    }
    kept.push(...segments.filter(({ rendition }) => step === mostSteps || !heavy.has(rendition)))
    wanted = wanted.filter(({ name }) => heavy.has(name))
  }
  return kept
}

/** What FFmpeg says of a sound whose channels or rate become others in mid-stream. */
const changingSound = /Changing (audio )?frame properties on the fly/

/** One process, or two where the sound has to be evened out first. */
async function encodeSound(
  ffmpeg: Ffmpeg,
  encode: AudioEncode,
  run: Omit<FfmpegRun, 'args'>,
): Promise<void> {
  try {
    await ffmpeg.run({ ...run, args: audioArguments(encode) })
  } catch (error) {
    if (!isChangingSound(error)) throw error
    const { directory, signal } = run
    await ffmpeg.run({ directory, signal, args: evenSoundArguments(encode) })
    const layout = evenSoundLayout(encode.layout, directory)
    await ffmpeg.run({ ...run, args: audioArguments({ ...encode, layout, audioStream: 0 }) })
  }
}

function isChangingSound(error: unknown): boolean {
  const { log = '' } = error instanceof MarketError ? error.meta : {}
  return changingSound.test(String(log))
}

/** Puts the colour table that a source's filters read into the directory in which FFmpeg runs them. */
export async function provideColors({ video }: SourceLayout, directory: string): Promise<void> {
  const { wide } = video.color
  if (wide !== null) await writeFile(path.join(directory, colorTableFile(wide)), colorTable(wide))
}

function expectedOf(
  { terms: { grid } }: EncodeRequest,
  { firstSegment, segments }: Pick<PartWindow, 'firstSegment' | 'segments'>,
  renditions: Cell['renditions'],
): readonly ExpectedSegment[] {
  const indexes = Array.from({ length: segments }, (_, offset) => firstSegment + offset)
  return renditions.flatMap(({ name }) =>
    indexes.map((index) => ({ rendition: name, index, frames: framesInSegment(grid, index) })),
  )
}

function storedPixels({ video: { stored } }: SourceLayout): number {
  return stored.width * stored.height
}

function samplesUntil(seconds: number): number {
  return Math.round(Math.max(0, seconds - clockBaseSeconds) * audioPreset.sampleRate)
}
