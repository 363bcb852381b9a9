import { join, resolve } from 'node:path'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { HardwareEncoder } from '#protocol/encoder.ts'
import { readEnvironment } from '../config.ts'
import { explainFailure, localDataPath, makeDataDirectory } from '../data-directory.ts'
import { freeSpace } from '../encoding/disk-guard.ts'
import { createEncodingEngine } from '../encoding/engine.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { openFfmpegTools } from '../encoding/ffmpeg-tools.ts'
import type { HardwareChoice } from '../encoding/hardware/hardware-choice.ts'
import { openHardwareEngine } from '../encoding/hardware/hardware-engine.ts'
import type { DeviceReport } from '../encoding/hardware/hardware-survey.ts'
import { describeChange, describeReport } from '../encoding/hardware/hardware-survey.ts'
import type { EncodeFileDeps } from './encode-file.ts'

export type LocalEngineOptions = {
  /** The user's data directory where none is given; several processes may share it. */
  readonly data: string | undefined
  readonly workers: number
  readonly hardware: HardwareChoice
  readonly signal: AbortSignal
  /** Told what the user should know: an old FFmpeg, a device that cannot be used or fails. */
  readonly warn: (text: string) => void
}

export type LocalEngine = EncodeFileDeps &
  Disposable & {
    readonly tools: FfmpegTools
    readonly directory: string
    /** The engine without any hardware. */
    readonly recipe: EncodingEngine
    /** The devices that were looked at; none where no hardware is wanted. */
    readonly reports: readonly DeviceReport[]
  }

/** The engine of commands that encode on this machine for its user alone: no account, no network. */
export async function openLocalEngine(options: LocalEngineOptions): Promise<LocalEngine> {
  const { workers, signal, warn } = options
  const directory = resolve(options.data ?? localDataPath())
  makeDataDirectory(directory)
  const tools = await openFfmpegTools({ ...readEnvironment().settings, directory, signal })
  if (tools.binaries.warning !== null) warn(tools.binaries.warning)
  const recipe = await createEncodingEngine({ tools }, { directory, signal, workers })
  const clock = { now: Date.now }
  const isWanted = options.hardware === 'auto'
  const hardware = isWanted
    ? await openHardwareEngine(
        { engine: recipe, tools, clock },
        {
          directory,
          signal,
          onChange: (report, standing) => warn(describeChange(report, standing)),
        },
      )
    : { engine: recipe, reports: [] }
  for (const report of hardware.reports) if (!report.outcome.isProven) warn(describeReport(report))
  const opened = openEncodes(directory)
  return {
    tools,
    engine: hardware.engine,
    hardware: isWanted ? HardwareEncoder.options : [],
    recipe,
    reports: hardware.reports,
    directory,
    clock,
    free: freeSpace,
    cache: createPieceCache(opened.database, clock),
    state: opened.state,
    [Symbol.dispose]: () => opened[Symbol.dispose](),
  }
}

/** The directory may be this user's and the file in it another's. */
function openEncodes(directory: string): ReturnType<typeof openDatabase> {
  const file = join(directory, 'encodes.sqlite')
  try {
    return openDatabase(file)
  } catch (error) {
    throw explainFailure(file, error)
  }
}
