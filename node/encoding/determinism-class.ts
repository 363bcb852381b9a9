import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { ladderFor } from '#market/domain/recipe-ladder.ts'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { Cid } from '#protocol/ids.ts'
import type { Ladder } from '#protocol/ladder.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { calibrationFormat, writeCalibrationClip } from './calibration-clip.ts'
import type { FfmpegBinaries } from './ffmpeg-binaries.ts'
import { joinedCid } from './file-cid.ts'
import type { PartEncoder } from './part-encoder.ts'

/** What encoding the standard clip tells of a machine. */
export type Calibration = {
  /** Id of the bytes: equal on every machine of the same determinism class. */
  readonly cid: Cid
  /** Output pixels a second of one worker. */
  readonly pixelsPerSecond: number
}

export type CalibrationDeps = {
  readonly encoder: PartEncoder
  readonly binaries: FfmpegBinaries
}

/** What is calibrated, and where that is kept. */
export type CalibrationOptions = {
  readonly recipe: Recipe
  /** Version of the recipe's encoder, where FFmpeg's own does not tell it. */
  readonly version?: string | undefined
  readonly file: string
}

/** The micro-encode itself. Like the clip, it is part of what a class means and is never changed. */
const contractLadder: Ladder = [
  { name: '360p', width: 640, height: 360, kbps: 700, profile: 'high', level: '4.0' },
  { name: '180p', width: 320, height: 180, kbps: 200, profile: 'main', level: '3.1' },
]
const grid: FrameGrid = {
  rate: { numerator: calibrationFormat.framesPerSecond, denominator: 1 },
  frames: calibrationFormat.frames,
  segmentFrames: 24,
  partSegments: 2,
  leadSeconds: 3,
}
const Kept = z.strictObject({
  fingerprint: z.string(),
  cid: Cid,
  pixelsPerSecond: z.number().positive(),
})

/**
 * Finds this machine's determinism class of a recipe by encoding a standard clip through production's own way: scaling,
 * profiles, rate caps, sound. Also the proof, at start, that encoding works here. Kept in `file` until the program,
 * or the processor, is another.
 */
export async function calibrate(
  deps: CalibrationDeps,
  { signal, ...options }: CalibrationOptions & { readonly signal: AbortSignal },
): Promise<Calibration> {
  const kept = await keptCalibration(deps, options)
  if (kept) return kept
  const calibration = await encodeClip(deps, options.recipe, signal)
  const fingerprint = await fingerprintOf(deps.binaries, options)
  await writeKept(options.file, { fingerprint, ...calibration })
  return calibration
}

/** What an earlier calibration found, if it still holds. */
export async function keptCalibration(
  { binaries }: Pick<CalibrationDeps, 'binaries'>,
  options: CalibrationOptions,
): Promise<Calibration | null> {
  const kept = await readKept(options.file)
  return kept?.fingerprint === (await fingerprintOf(binaries, options)) ? kept : null
}

async function encodeClip(
  { encoder }: CalibrationDeps,
  recipe: Recipe,
  signal: AbortSignal,
): Promise<Calibration> {
  const directory = await mkdtemp(path.join(tmpdir(), 'spk-encoder-class-'))
  try {
    const clip = path.join(directory, 'clip.avi')
    await writeCalibrationClip(clip)
    const request = requestFor(clip, await joinedCid([clip]), recipe)
    const { ladder } = request.terms
    const began = performance.now()
    const video = await encoder.encodeCell(
      request,
      { part: 0, renditions: ladder },
      { directory, signal },
    )
    const seconds = (performance.now() - began) / 1000
    const sound = await encoder.encodeAudio(request, { directory, signal })
    const files = [...video, ...sound].flatMap(({ path: file, init }) =>
      init ? [init, file] : [file],
    )
    return {
      cid: await joinedCid([...new Set(files)]),
      pixelsPerSecond: Math.round(outputPixels(ladder) / seconds),
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function requestFor(clip: string, cid: Cid, recipe: Recipe): EncodeRequest {
  const { width, height } = calibrationFormat
  const source = { cid, bytes: 1, width, height, codec: 'rawvideo', videoStream: 0, audioStream: 1 }
  const ladder = ladderFor(recipe, contractLadder, grid.rate)
  return { source: clip, terms: { source, grid, recipe, ladder } }
}

function outputPixels(ladder: Ladder): number {
  return ladder.reduce((sum, { width, height }) => sum + width * height, 0) * grid.frames
}

async function fingerprintOf(
  { ffmpeg, version, x264 }: FfmpegBinaries,
  { recipe, version: encoder }: CalibrationOptions,
): Promise<string> {
  const { size, mtimeMs } = await stat(ffmpeg)
  const own = encoder === undefined ? [] : [encoder]
  const processor = cpus()[0]?.model ?? ''
  return [recipe, ffmpeg, size, mtimeMs, version, x264, ...own, processor].join('|')
}

/** A file that cannot be used is measured anew. */
async function readKept(file: string): Promise<z.infer<typeof Kept> | null> {
  const text = await readFile(file, 'utf8').catch(() => '')
  try {
    return Kept.parse(JSON.parse(text))
  } catch {
    return null
  }
}

async function writeKept(file: string, kept: z.infer<typeof Kept>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(`${file}.unfinished`, JSON.stringify(kept))
  await rename(`${file}.unfinished`, file)
}
