import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ladderFor } from '#market/domain/recipe-ladder.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { EncoderCapability } from '#protocol/encoder.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { partWindow } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { presets } from '#protocol/ladder.ts'
import { contractRecipe, Recipe, recipes } from '#protocol/recipe.ts'
import type { FfmpegTools } from '../ffmpeg-tools.ts'
import type { HardwareDevice } from '../hardware/hardware-device.ts'
import { hwAccelOf } from '../hardware/hardware-device.ts'
import type { DeviceReport } from '../hardware/hardware-survey.ts'
import { instructionCap } from '../instruction-cap.ts'
import { partArguments } from '../part-arguments.ts'
import { unlessUnsupported } from '../recipe-proofs.ts'
import { makeSampleClip } from '../sample-clip.ts'
import type { SourceLayout } from '../source-layout.ts'
import { readLayout } from '../source-layout.ts'
import { framesPerSecond } from './time-trial.ts'

export type CapabilityDeps = {
  readonly tools: FfmpegTools
  /** What the start's calibration has found, pixels a second of one worker and how many there are, and the proof of other recipes. */
  readonly engine: Pick<EncodingEngine, 'pixelsPerSecond' | 'workers' | 'prove'>
  /** What has proved itself in hardware. */
  readonly reports: readonly DeviceReport[]
  readonly now: () => number
}

export type CapabilityOptions = {
  readonly signal: AbortSignal
  /** Milliseconds that one codec may take. */
  readonly budgetMs?: number
  /** What is encoded; it names the size that is published. */
  readonly rendition?: Rendition
  /** Recipes besides the contract's that are measured; all where none are named. */
  readonly others?: readonly Recipe[]
}

/** Frames a second at which video plays in real time, for the figures that are published. */
const realTime = 30

const grid: FrameGrid = {
  rate: { numerator: realTime, denominator: 1 },
  ...{ frames: 4 * realTime, segmentFrames: 2 * realTime, partSegments: 2, leadSeconds: 3 },
}

/**
 * What this machine encodes, and how fast, each found by encoding: H.264 in hardware first, then by the recipe, then the
 * recipes that an offer may ask for. Whatever does not encode here is left out. It keeps the machine busy for some
 * half a minute, so it runs when its owner asks for it and not at a node's start.
 */
export async function measureCapabilities(
  deps: CapabilityDeps,
  {
    signal,
    budgetMs = 8_000,
    rendition = { ...presets[0] },
    others = Recipe.options.filter((recipe) => recipe !== contractRecipe),
  }: CapabilityOptions,
): Promise<readonly EncoderCapability[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'spk-encoder-speed-'))
  try {
    const clip = path.join(directory, 'clip.mkv')
    const { width, height } = rendition
    const seconds = grid.frames / realTime
    await makeSampleClip(deps.tools, clip, { signal, width, height, rate: '30', seconds })
    const layout = await readLayout(deps.tools.ffprobe, clip, { signal })
    const bench = { deps, layout, rendition, directory, signal, budgetMs }
    return [
      ...(await hardwareCapabilities(bench)),
      recipeCapability(deps.engine, rendition),
      ...(await softwareCapabilities(bench, others)),
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

type Bench = {
  readonly deps: CapabilityDeps
  readonly layout: SourceLayout
  readonly rendition: Rendition
  readonly directory: string
  readonly signal: AbortSignal
  readonly budgetMs: number
}

/** Devices by the command of a part, one process each. */
async function hardwareCapabilities(bench: Bench): Promise<readonly EncoderCapability[]> {
  const found: EncoderCapability[] = []
  for (const { outcome } of bench.deps.reports) {
    if (!outcome.isProven || found.some(({ encoder }) => encoder === outcome.device.encoder))
      continue
    const { encoder } = outcome.device
    const speed = await trySpeed(bench, deviceArguments(bench, outcome.device))
    const name = outcome.renditions[0]?.name ?? bench.rendition.name
    if (speed !== null && speed > 0)
      found.push({
        ...{ codec: 'h264', encoder, hwAccel: hwAccelOf(encoder), speed },
        maxResolution: name,
      })
  }
  return found
}

function deviceArguments(
  { layout, rendition }: Bench,
  hardware: HardwareDevice,
): readonly string[] {
  const window = partWindow(grid, 0)
  return partArguments({
    ...{ layout, grid, recipe: contractRecipe, window, renditions: [rendition] },
    ...{ instructions: null, hardware },
  })
}

/** All workers together: parts do not wait for one another. */
function recipeCapability(
  { pixelsPerSecond, workers }: Pick<EncodingEngine, 'pixelsPerSecond' | 'workers'>,
  { name, width, height }: Rendition,
): EncoderCapability {
  return {
    ...{ codec: 'h264', encoder: 'libx264', hwAccel: 'none', maxResolution: name },
    speed: calibratedSpeed({ pixelsPerSecond, workers }, { width, height }),
  }
}

function calibratedSpeed(
  { pixelsPerSecond, workers }: Pick<EncodingEngine, 'pixelsPerSecond' | 'workers'>,
  { width, height }: Pick<Rendition, 'width' | 'height'>,
): number {
  return thousandths((pixelsPerSecond * workers) / (width * height))
}

/**
 * Recipes that have proved themselves, each by the command of a part; workers do not wait for one another. What looks far ahead
 * may not have written a picture when its budget is spent: then the proof's own speed has to do.
 */
async function softwareCapabilities(
  bench: Bench,
  others: readonly Recipe[],
): Promise<readonly EncoderCapability[]> {
  const { deps, layout, rendition, signal } = bench
  const { workers } = deps.engine
  const window = partWindow(grid, 0)
  const instructions = await instructionCap()
  const found: EncoderCapability[] = []
  for (const recipe of others) {
    const { codec, encoder } = recipes[recipe]
    const proof = await deps.engine.prove(recipe, { signal }).catch(unlessUnsupported)
    if (!proof) continue
    const renditions = ladderFor(recipe, [rendition], grid.rate)
    const speed = await trySpeed(
      bench,
      partArguments({ layout, grid, recipe, window, renditions, instructions }),
    )
    if (speed === null) continue
    const calibrated = calibratedSpeed({ ...proof, workers }, rendition)
    found.push({
      ...{ codec, encoder, hwAccel: 'none', maxResolution: rendition.name },
      speed: speed > 0 ? Math.min(mostSpeed, speed * workers) : calibrated,
      proof: { recipe, class: proof.class.cid },
    })
  }
  return found
}

/** Thousandths of real time; 0 for a command that does nothing within its budget, null for one that fails. */
async function trySpeed(
  { deps, directory, signal, budgetMs }: Bench,
  args: readonly string[],
): Promise<number | null> {
  const { now, tools } = deps
  try {
    const run = { args, directory, signal, budget: AbortSignal.timeout(budgetMs) }
    const frames = await framesPerSecond({ ffmpeg: tools.ffmpeg, now }, run)
    return frames === 0 ? 0 : thousandths(frames)
  } catch {
    signal.throwIfAborted()
    return null
  }
}

/** More is not to be believed, nor to be written. */
const mostSpeed = 10_000_000

function thousandths(framesASecond: number): number {
  return Math.min(mostSpeed, Math.max(1, Math.round((1_000 * framesASecond) / realTime)))
}
