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
import type { PartWindow } from '#protocol/grid.ts'
import { frameSeconds, framesInSegment, partWindow, segmentCount } from '#protocol/grid.ts'
import { audioPreset } from '#protocol/ladder.ts'
import { recipes } from '#protocol/recipe.ts'
import { audioArguments, audioFrames, audioRendition } from './audio-arguments.ts'
import { framePixels } from './cell-plan.ts'
import { qualitySteps } from './codecs/codec-arguments.ts'
import { colorTable } from './color-table.ts'
import { requireCopyable } from './copied-segments.ts'
import { copyArguments } from './copy-arguments.ts'
import type { Ffmpeg } from './ffmpeg-process.ts'
import { finishAudioFragments, finishVideoFragments } from './fmp4/fragment-files.ts'
import type { HardwareDevice } from './hardware/hardware-device.ts'
import { finishHardwareSegments } from './hardware/hardware-segments.ts'
import type { PartEncode } from './part-arguments.ts'
import { partArguments } from './part-arguments.ts'
import { colorTableFile } from './picture-filters.ts'
import { memoryCeilingBytes } from './process-limits.ts'
import { clockBaseSeconds } from './segment-clock.ts'
import type { ExpectedSegment } from './segment-files.ts'
import { finishAudioSegments, finishVideoSegments } from './segment-files.ts'
import { softSteps } from './soft-pictures.ts'
import { runOnSound } from './sound-run.ts'
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
      const run = async (work: CellWork): Promise<void> => {
        const memory = memoryCeilingBytes(storedPixels(layout), framePixels(work.renditions))
        await ffmpeg.run({
          args: partArguments({ ...work, layout, recipe, instructions, hardware }),
          directory,
          signal,
          ...(stallMs === undefined ? {} : { stallMs }),
          ...(longestMs === undefined ? {} : { longestMs }),
          ...(hardware === null && { memoryBytes: memory }),
          onProgress: ({ frames }) => onProgress?.(Math.min(frames, window.frames)),
        })
      }
      const make = async (work: CellWork): Promise<readonly EncodedSegment[]> => {
        await run(work)
        const expected = expectedOf(request, work.window, work.renditions)
        return recipes[recipe].container === 'fmp4'
          ? await finishVideoFragments(directory, expected, { ...work, recipe })
          : await finishVideoSegments(directory, expected)
      }
      const whole = { grid, window, renditions }
      if (hardware === null)
        return await encodeWithinRate(whole, qualitySteps[recipe] + softSteps, make)
      const segments = await make({ ...whole, step: 0 })
      return await finishHardwareSegments(segments, { renditions, grid, device: hardware })
    },
    encodeAudio: async (request, { directory, signal, onProgress }) => {
      const { source, grid, recipe } = request.terms
      if (source.audioStream === undefined)
        throw new MarketError('ffmpeg-failed', 'There is no sound to encode in a silent source.')
      const layout = await readLayout(request, signal)
      const counts = audioFrames(grid)
      await runOnSound(
        ffmpeg,
        { encode: { layout, audioStream: source.audioStream, grid }, argumentsOf: audioArguments },
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

/** One process: which frames, in which renditions, and how often they have come out too heavy. */
type CellWork = Pick<PartEncode, 'grid' | 'window' | 'renditions'> & { readonly step: number }

/**
 * Encodes renditions of a part. One of which a segment comes out above its rate is encoded anew, segment by segment: each by
 * itself, as whoever measures it would, and until it keeps its rate at a lower quality or softer each time. So no segment suffers
 * for what another is full of, and whoever encodes the part takes the same steps.
 * Throws `ffmpeg-failed` where even the last one is too heavy.
 */
async function encodeWithinRate(
  whole: Omit<CellWork, 'step'>,
  mostSteps: number,
  encode: (work: CellWork) => Promise<readonly EncodedSegment[]>,
): Promise<readonly EncodedSegment[]> {
  const together = await encode({ ...whole, step: 0 })
  const heavy = await heavyOf(together, whole)
  if (heavy.size === 0) return together
  const kept = together.filter(({ rendition }) => !heavy.has(rendition))
  const grid = { ...whole.grid, partSegments: 1 }
  const { firstSegment, segments } = whole.window
  for (let index = firstSegment; index < firstSegment + segments; index += 1) {
    let renditions = whole.renditions.filter(({ name }) => heavy.has(name))
    for (let step = 0; renditions.length > 0; step += 1) {
      if (step > mostSteps) throw tooHeavy(index, renditions)
      const alone = await encode({ grid, window: partWindow(grid, index), renditions, step })
      const left = await heavyOf(alone, whole)
      kept.push(...alone.filter(({ rendition }) => !left.has(rendition)))
      renditions = renditions.filter(({ name }) => left.has(name))
    }
  }
  return kept.toSorted((one, other) => one.index - other.index)
}

/** The renditions of which a segment is above its rate. */
async function heavyOf(
  made: readonly EncodedSegment[],
  { grid, renditions }: Pick<CellWork, 'grid' | 'renditions'>,
): Promise<ReadonlySet<string>> {
  const heavy = new Set<string>()
  for (const { rendition, path: file, units } of made) {
    const kbps = renditions.find(({ name }) => name === rendition)?.kbps ?? 0
    const limit = segmentBitsLimit(kbps, frameSeconds(grid.rate, units))
    if (8 * (await stat(file)).size > limit) heavy.add(rendition)
  }
  return heavy
}

function tooHeavy(index: number, [rendition]: Cell['renditions']): MarketError {
  const { name = '' } = rendition ?? {}
  return new MarketError(
    'ffmpeg-failed',
    `Segment ${index} of ${name} does not keep its rate, whatever is left out of its pictures.`,
    { rendition: name, index },
  )
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
