import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import { explainFailure } from '../data-directory.ts'
import { removeLeftovers } from '../scratch.ts'
import type { FfmpegBinaries, FfmpegSearch } from './ffmpeg-binaries.ts'
import { findFfmpeg, variables } from './ffmpeg-binaries.ts'
import type { Ffmpeg } from './ffmpeg-process.ts'
import { createFfmpeg } from './ffmpeg-process.ts'
import type { Ffprobe } from './ffprobe.ts'
import { createFfprobe } from './ffprobe.ts'
import type { ProcessGuard } from './process-guard.ts'
import { createProcessGuard, findDeathSignal } from './process-guard.ts'
import type { ProcessLedger } from './process-ledger.ts'
import { createProcessLedger } from './process-ledger.ts'
import { findLimits } from './process-limits.ts'

/** FFmpeg as it was found on this machine, ready to run. */
export type FfmpegTools = {
  readonly binaries: FfmpegBinaries
  readonly ffmpeg: Ffmpeg
  readonly ffprobe: Ffprobe
}

export type FfmpegToolsOptions = FfmpegSearch & {
  /** Where it is kept which processes run; one directory belongs to one node. */
  readonly directory: string
  /** 0 to 19: encoding gives way to everything else on the machine. */
  readonly niceness?: number
  /** Milliseconds without any advance after which a process is given up; see {@link createFfmpeg}. */
  readonly stallMs?: number
}

/** A slow machine decodes its lead and fills the encoder's look-ahead long before three minutes have passed. */
const defaultStallMs = 180_000

/** Ends what an earlier life of this node left running, removes what that wrote, and finds FFmpeg. Rejects with `ffmpeg-missing`, or `data-unusable`. */
export async function openFfmpegTools(options: FfmpegToolsOptions): Promise<FfmpegTools> {
  const { stallMs = defaultStallMs } = options
  const guard = await openGuard(options)
  await removeLeftovers(options.directory)
  const binaries = await findFfmpeg({ guard }, options)
  const ffprobe = createFfprobe({ guard }, { path: binaries.ffprobe, stallMs })
  await requireFfprobe(ffprobe, binaries, options)
  return {
    binaries,
    ffmpeg: createFfmpeg({ guard }, { path: binaries.ffmpeg, stallMs }),
    ffprobe,
  }
}

/** Any program may stand where ffprobe is looked for; only ffprobe says that it is one. */
async function requireFfprobe(
  ffprobe: Ffprobe,
  { ffprobe: file }: FfmpegBinaries,
  { ffprobePath, signal }: FfmpegSearch,
): Promise<void> {
  let isFfprobe = false
  const onLine = (line: string): void => {
    if (line.startsWith('ffprobe version ')) isFfprobe = true
  }
  await ffprobe.run({ args: ['-version'], signal, onLine }).catch(() => signal.throwIfAborted())
  if (isFfprobe) return
  if (ffprobePath === undefined)
    throw new MarketError('ffmpeg-missing', `${file} is not ffprobe, or does not run here.`)
  const variable = variables.ffprobe
  const message = `${file} is not ffprobe, or does not run here. ${variable} names it; correct or unset ${variable}.`
  throw new MarketError('ffmpeg-missing', message, { variable })
}

async function openGuard({ directory, niceness = 10 }: FfmpegToolsOptions): Promise<ProcessGuard> {
  const ledger = openLedger(path.join(directory, 'processes'))
  const [prefix, limits] = await Promise.all([findDeathSignal(), findLimits()])
  return createProcessGuard({ ledger }, { niceness, prefix, limits })
}

function openLedger(directory: string): ProcessLedger {
  try {
    const ledger = createProcessLedger(directory)
    ledger.endLeftovers()
    accessSync(directory, constants.W_OK)
    return ledger
  } catch (error) {
    throw explainFailure(directory, error)
  }
}
