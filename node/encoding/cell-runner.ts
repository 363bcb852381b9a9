import { mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '#market/ports/clock.ts'
import type {
  Cell,
  EncodedSegment,
  EncodeOptions,
  EncodeRequest,
  EncodingEngine,
} from '#market/ports/encoding-engine.ts'
import { gridSeconds, partWindow } from '#protocol/grid.ts'
import { audioPreset } from '#protocol/ladder.ts'
import { partsAsked, secondsAsked } from '#protocol/range.ts'
import { audioRendition } from './audio-arguments.ts'
import { encodedRenditions, framePixels, planCells } from './cell-plan.ts'
import type { EncodeProgress, ProgressMeter } from './encode-progress.ts'
import { createProgressMeter } from './encode-progress.ts'

/** Finished segments of one cell, or of the sound, in order. */
export type FinishedWork = {
  /** The cell's part; null for sound and for a copied rendition, which are not cut into parts. */
  readonly part: number | null
  readonly segments: readonly EncodedSegment[]
}

export type EncodeRun = {
  readonly request: EncodeRequest
  /** Folder for unfinished work. Each attempt makes its own below it and removes it. */
  readonly directory: string
  readonly signal: AbortSignal
  /** What an earlier run left: by part and rendition, with part null for sound and for a copied rendition. */
  readonly isFinished: (part: number | null, rendition: string) => boolean
  /** Takes finished segments over before their files are removed; a worker waits for it. */
  readonly onFinished: (work: FinishedWork) => Promise<void>
  readonly onProgress?: (progress: EncodeProgress) => void
}

export type CellRunnerDeps = {
  readonly engine: EncodingEngine
  readonly clock: Clock
}

/** What a second of sound weighs beside the pixels of video: it takes about as long. */
const soundPixelsPerSecond = 500_000

/** What a second of copied video weighs: reading and writing it. */
const copyPixelsPerSecond = 100_000

/**
 * Encodes whatever of a job is not finished, with one worker per core, and the sound beside them. Resolves when all of
 * it was taken over. The first failure, or the signal, ends everything; by the time it rejects no process is left.
 */
export function createCellRunner({ engine, clock }: CellRunnerDeps) {
  return async (run: EncodeRun): Promise<void> => {
    run.signal.throwIfAborted()
    const failure = new AbortController()
    const signal = AbortSignal.any([run.signal, failure.signal])
    const meter = createMeter(run, clock)
    const context = { engine, meter, run: { ...run, signal } }
    const cells = planCells(
      { terms: run.request.terms, isFinished: run.isFinished },
      engine.workers,
    )
    const queue = cells.values()
    const workers = Array.from({ length: engine.workers }, () => encodeCells(context, queue))
    const lanes = [...workers, encodeSound(context), copyVideo(context)]
    const stopOthers = (error: unknown): never => {
      failure.abort(error)
      throw error
    }
    await Promise.allSettled(lanes.map((lane) => lane.catch(stopOthers)))
    signal.throwIfAborted()
  }
}

type RunContext = {
  readonly engine: EncodingEngine
  readonly meter: ProgressMeter
  readonly run: EncodeRun
}

/** One worker: takes cells from the shared queue until none is left. */
async function encodeCells(context: RunContext, queue: IterableIterator<Cell>): Promise<void> {
  const { engine, run } = context
  for (const cell of queue) {
    run.signal.throwIfAborted()
    const piece = `${cell.part} ${cell.renditions.map(({ name }) => name).join(' ')}`
    const pixels = framePixels(cell.renditions)
    await attempt(context, cell.part, (options) =>
      engine.encodeCell(run.request, cell, {
        ...options,
        onProgress: (frames) => advance(context, piece, pixels * frames),
      }),
    )
    advance(context, piece, pixels * partWindow(run.request.terms.grid, cell.part).frames)
  }
}

async function encodeSound(context: RunContext): Promise<void> {
  const { engine, run } = context
  const weight = soundWeight(run.request)
  if (weight === 0 || run.isFinished(null, audioRendition)) return
  const perSample = soundPixelsPerSecond / audioPreset.sampleRate
  await attempt(context, null, (options) =>
    engine.encodeAudio(run.request, {
      ...options,
      onProgress: (samples) =>
        advance(context, audioRendition, Math.min(weight, perSample * samples)),
    }),
  )
  advance(context, audioRendition, weight)
}

/** The copied rendition, if there is one, is a matter of reading and writing: it needs no worker. */
async function copyVideo({ engine, meter, run }: RunContext): Promise<void> {
  const { copied } = run.request.terms
  if (copied === undefined || run.isFinished(null, copied)) return
  const context = { engine, meter, run }
  await attempt(context, null, (options) => engine.copyVideo(run.request, options))
  advance(context, copied, copyWeight(run.request))
}

/** Encodes in a folder of its own and hands the result over. */
async function attempt(
  { run }: RunContext,
  part: number | null,
  encode: (options: EncodeOptions) => Promise<readonly EncodedSegment[]>,
): Promise<void> {
  const directory = await mkdtemp(path.join(run.directory, 'attempt-'))
  try {
    const segments = await encode({ directory, signal: run.signal })
    await run.onFinished({ part, segments })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function advance({ meter, run }: RunContext, piece: string, weight: number): void {
  meter.report(piece, weight)
  run.onProgress?.(meter.current())
}

function createMeter({ request, isFinished }: EncodeRun, { now }: Clock): ProgressMeter {
  const { grid } = request.terms
  const sound = soundWeight(request)
  const copy = copyWeight(request)
  let total = sound + copy
  let finished =
    (isFinished(null, audioRendition) ? sound : 0) +
    (isFinished(null, request.terms.copied ?? '') ? copy : 0)
  for (const part of partsAsked(grid))
    for (const rendition of encodedRenditions(request.terms)) {
      const weight = partWindow(grid, part).frames * framePixels([rendition])
      total += weight
      if (isFinished(part, rendition.name)) finished += weight
    }
  return createProgressMeter({ total, finished, seconds: secondsAsked(grid), now })
}

function soundWeight({ terms: { source, grid } }: EncodeRequest): number {
  return source.audioStream === undefined ? 0 : soundPixelsPerSecond * gridSeconds(grid)
}

function copyWeight({ terms: { copied, grid } }: EncodeRequest): number {
  return copied === undefined ? 0 : copyPixelsPerSecond * gridSeconds(grid)
}
