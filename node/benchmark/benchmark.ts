import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildLadder } from '#market/domain/ladder.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { Cell, EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { frameSeconds, gridSeconds, partCount, partWindow } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { createCellRunner } from '../encoding/cell-runner.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { fileCid } from '../encoding/file-cid.ts'
import { makeSampleClip } from '../encoding/sample-clip.ts'

export type BenchmarkOptions = {
  /** Size of the clip: its ladder is what is measured. */
  readonly width: number
  readonly height: number
  /** Worker counts for which the whole ladder is encoded. */
  readonly workers: readonly number[]
  readonly signal: AbortSignal
  /** Called before each measurement with what it is. */
  readonly onStep: (step: string) => void
}

/** Seconds of video per second; 1 keeps up with a broadcast. */
export type Benchmark = {
  /** One worker, one rendition by itself. */
  readonly renditions: readonly { readonly name: string; readonly speed: number }[]
  /** The whole ladder with its sound, by workers. */
  readonly ladder: readonly { readonly workers: number; readonly speed: number }[]
}

export type BenchmarkDeps = {
  readonly engine: EncodingEngine
  readonly tools: FfmpegTools
  readonly clock: Clock
}

/** Parts are short here, so that a clip of a few seconds keeps every worker busy. */
const segmentSeconds = 1
const partSegments = 2
const framesPerSecond = 30
const leastSeconds = 8

/** Measures this machine with the engine itself, on a clip that is made for it. */
export async function benchmark(
  { engine, tools, clock }: BenchmarkDeps,
  { width, height, workers, signal, onStep }: BenchmarkOptions,
): Promise<Benchmark> {
  const directory = await mkdtemp(path.join(tmpdir(), 'spk-encoder-benchmark-'))
  try {
    const seconds = Math.max(leastSeconds, segmentSeconds * partSegments * Math.max(...workers))
    const clip = path.join(directory, 'clip.mp4')
    onStep(`making a clip of ${seconds} seconds`)
    await makeSampleClip(tools, clip, {
      signal,
      width,
      height,
      rate: String(framesPerSecond),
      seconds,
    })
    const request = await requestFor(engine, clip, signal)
    const measure = createMeasure({ clock, directory })

    const renditions: { name: string; speed: number }[] = []
    for (const rendition of request.terms.ladder) {
      onStep(`${rendition.name} by itself`)
      const speed = await measure((folder) =>
        encodeOne(engine, request, { rendition, folder, signal }),
      )
      renditions.push({ name: rendition.name, speed })
    }
    const ladder: { workers: number; speed: number }[] = []
    for (const count of workers) {
      onStep(`the ladder with ${count} ${count === 1 ? 'worker' : 'workers'}`)
      const runCells = createCellRunner({ engine: { ...engine, workers: count }, clock })
      const speed = await measure(async (folder) => {
        const run = { request, directory: folder, signal, isFinished: () => false }
        await runCells({ ...run, onFinished: () => Promise.resolve() })
        return gridSeconds(request.terms.grid)
      })
      ladder.push({ workers: count, speed })
    }
    return { renditions, ladder }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function requestFor(
  engine: EncodingEngine,
  clip: string,
  signal: AbortSignal,
): Promise<EncodeRequest> {
  const profile = await engine.analyse(clip, { signal })
  const { bytes, width, height, codec, videoStream, audioStream, rate, frames } = profile
  const source = { cid: await fileCid(clip), bytes, width, height, codec, videoStream }
  const perSegment = Math.round((segmentSeconds * rate.numerator) / rate.denominator)
  return {
    source: clip,
    terms: {
      source: audioStream === null ? source : { ...source, audioStream },
      grid: { rate, frames, segmentFrames: perSegment, partSegments, leadSeconds: 3 },
      ladder: buildLadder(width, height, profile),
      recipe: contractRecipe,
    },
  }
}

/** Encodes a part in the middle of the clip; resolves to its seconds. */
async function encodeOne(
  engine: EncodingEngine,
  request: EncodeRequest,
  {
    rendition,
    folder,
    signal,
  }: { readonly rendition: Rendition; readonly folder: string; readonly signal: AbortSignal },
): Promise<number> {
  const { grid } = request.terms
  const cell: Cell = { part: Math.floor(partCount(grid) / 2), renditions: [rendition] }
  await engine.encodeCell(request, cell, { directory: folder, signal })
  return frameSeconds(grid.rate, partWindow(grid, cell.part).frames)
}

/** Runs work in a folder of its own and divides the seconds of video that it made by those it took. */
function createMeasure({
  clock,
  directory,
}: {
  readonly clock: Clock
  readonly directory: string
}) {
  return async (work: (folder: string) => Promise<number>): Promise<number> => {
    const folder = await mkdtemp(path.join(directory, 'measure-'))
    const began = clock.now()
    const videoSeconds = await work(folder)
    const seconds = Math.max(0.001, (clock.now() - began) / 1000)
    await rm(folder, { recursive: true, force: true })
    return videoSeconds / seconds
  }
}

/** One worker, all of them, and the powers of two between. */
export function workerCounts(most: number): readonly number[] {
  const counts = new Set<number>()
  for (let count = 1; count < most; count *= 2) counts.add(count)
  return [...counts.add(most)]
}
