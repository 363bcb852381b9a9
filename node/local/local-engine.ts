import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import { readEnvironment } from '../config.ts'
import { localDataPath } from '../data-directory.ts'
import { freeSpace } from '../encoding/disk-guard.ts'
import { createEncodingEngine } from '../encoding/engine.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { openFfmpegTools } from '../encoding/ffmpeg-tools.ts'
import type { EncodeFileDeps } from './encode-file.ts'

export type LocalEngineOptions = {
  /** The user's data directory where none is given; several processes may share it. */
  readonly data: string | undefined
  readonly workers: number
  readonly signal: AbortSignal
}

export type LocalEngine = EncodeFileDeps &
  Disposable & {
    readonly tools: FfmpegTools
    readonly directory: string
    /** What the user should know of the FFmpeg that was found. */
    readonly warning: string | null
  }

/** The engine of commands that encode on this machine for its user alone: no account, no network. */
export async function openLocalEngine(options: LocalEngineOptions): Promise<LocalEngine> {
  const { workers, signal } = options
  const directory = resolve(options.data ?? localDataPath())
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const tools = await openFfmpegTools({ ...readEnvironment().settings, directory, signal })
  const engine = await createEncodingEngine({ tools }, { directory, signal, workers })
  const opened = openDatabase(join(directory, 'encodes.sqlite'))
  const clock = { now: Date.now }
  return {
    tools,
    engine,
    directory,
    clock,
    free: freeSpace,
    cache: createPieceCache(opened.database, clock),
    state: opened.state,
    warning: tools.binaries.warning,
    [Symbol.dispose]: () => opened[Symbol.dispose](),
  }
}
