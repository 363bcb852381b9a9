import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import { measuredCapabilities } from '../benchmark/measure-and-keep.ts'
import { makeDataDirectory } from '../data-directory.ts'
import { createEncodingEngine } from '../encoding/engine.ts'
import type { FfmpegBinaries, FfmpegSearch } from '../encoding/ffmpeg-binaries.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { openFfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { createFfprobe } from '../encoding/ffprobe.ts'
import { createProcessGuard } from '../encoding/process-guard.ts'
import { createProcessLedger } from '../encoding/process-ledger.ts'
import { checkFfmpeg, missingFfmpeg } from './check-ffmpeg.ts'
import {
  checkClock,
  checkDisk,
  checkPorts,
  checkProcessor,
  describeHardware,
  unusableDirectory,
} from './check-machine.ts'
import type { Finding } from './finding.ts'
import { fail, ok, warn } from './finding.ts'
import { surveyDevices } from './survey.ts'

export type ExamineOptions = {
  readonly search: Omit<FfmpegSearch, 'signal'>
  readonly directory: string
  readonly rpc: string | undefined
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Looks at everything that encoding needs of a machine. Never rejects for what it finds. */
export async function examine(options: ExamineOptions): Promise<readonly Finding[]> {
  const { directory, rpc, now, signal } = options
  return [
    ...(await examineFfmpeg(options)),
    ...(await checkProcessor()),
    ...(await checkDisk(directory)),
    ...(await checkPorts()),
    await checkClock(rpc, { now, signal }),
    ok('browser', 'not needed: encoding never opens one'),
  ]
}

async function examineFfmpeg(options: ExamineOptions): Promise<readonly Finding[]> {
  const { search, directory, signal } = options
  await using place = await openPlace(directory)
  const within = { ...options, directory: place.path }
  const tools = await openFfmpegTools({ ...search, ...within }).catch((error: unknown) =>
    whyNot(error, directory),
  )
  if ('status' in tools) return [tools]
  const lister = listerOf(tools.binaries, place.path)
  return [
    ...(await checkFfmpeg(tools.binaries, lister, { signal })),
    await proveRecipe(tools, within),
    ...describeHardware(await surveyDevices(tools, within)),
    await checkMeasured(tools, directory),
  ]
}

function whyNot(error: unknown, directory: string): Finding {
  const isMissing = !(error instanceof MarketError) || error.code === 'ffmpeg-missing'
  return isMissing ? missingFfmpeg(error) : unusableDirectory(directory, error)
}

/** Where FFmpeg is tried: the directory itself, or one of its own for as long as that takes where that cannot be written. */
async function openPlace(directory: string): Promise<AsyncDisposable & { readonly path: string }> {
  try {
    makeDataDirectory(directory)
    return { path: directory, [Symbol.asyncDispose]: async () => undefined }
  } catch {
    const own = await mkdtemp(path.join(tmpdir(), 'spk-encoder-doctor-'))
    const remove = () => rm(own, { recursive: true, force: true })
    return { path: own, [Symbol.asyncDispose]: remove }
  }
}

/** Creators choose by measured speed, too; only its owner's word starts the measuring. */
async function checkMeasured(tools: FfmpegTools, directory: string): Promise<Finding> {
  const capabilities = await measuredCapabilities(tools, directory)
  if (capabilities !== null)
    return ok(
      'speed',
      capabilities.map(({ encoder, speed }) => `${encoder} ${speed / 1_000}x`).join(', '),
    )
  const text = 'not measured with this FFmpeg: the registry cannot tell how fast this machine is'
  return warn('speed', text, `spk-encoder benchmark --data ${directory}`)
}

/** A list comes in a moment, or not at all. */
const listStallMs = 30_000

function listerOf({ ffmpeg }: FfmpegBinaries, directory: string): ReturnType<typeof createFfprobe> {
  const ledger = createProcessLedger(path.join(directory, 'processes'))
  const guard = createProcessGuard({ ledger }, { niceness: 0, prefix: [] })
  return createFfprobe({ guard }, { path: ffmpeg, stallMs: listStallMs })
}

/** Runs the recipe on the standard clip, as a node does at its start. */
async function proveRecipe(
  tools: FfmpegTools,
  { directory, signal }: ExamineOptions,
): Promise<Finding> {
  try {
    const { class: found, pixelsPerSecond } = await createEncodingEngine(
      { tools },
      { directory, signal },
    )
    return ok('class', `${found.cid}, ${(pixelsPerSecond / 1e6).toFixed(1)} Mpixel/s a worker`)
  } catch (error) {
    signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    return fail(
      'class',
      `the recipe does not run here: ${reason}`,
      `${tools.binaries.ffmpeg} -version`,
    )
  }
}
