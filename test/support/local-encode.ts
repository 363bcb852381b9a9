import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { freeSpace } from '#node/encoding/disk-guard.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { EncodeFileDeps } from '#node/local/encode-file.ts'
import { makeFolder, openTools, untroubled } from './ffmpeg.ts'

/** What a local encode needs, with a memory of its own. */
export async function openLocal(): Promise<EncodeFileDeps & { readonly tools: FfmpegTools }> {
  const tools = await openTools()
  const directory = await makeFolder()
  const engine = await createEncodingEngine(
    { tools },
    { directory, signal: untroubled, workers: 2 },
  )
  return localDeps(tools, analysingOnce(engine), directory)
}

/** The same of an engine that is there, with a memory in a directory. */
export function localDeps(
  tools: FfmpegTools,
  engine: EncodingEngine,
  directory: string,
): EncodeFileDeps & { readonly tools: FfmpegTools } {
  const { database, state } = openDatabase(path.join(directory, 'encodes.sqlite'))
  const clock = { now: () => performance.now() }
  return {
    tools,
    engine,
    state,
    clock,
    free: freeSpace,
    hardware: [],
    cache: createPieceCache(database, clock),
  }
}

/** Measuring a file takes longer than encoding it, where it is as small as ours; each is measured once. */
function analysingOnce(engine: EncodingEngine): EncodingEngine {
  const known = new Map<string, ReturnType<EncodingEngine['analyse']>>()
  return {
    ...engine,
    analyse: (file, options) => {
      const profile = known.get(file) ?? engine.analyse(file, options)
      known.set(file, profile)
      return profile
    },
  }
}

/** The names of a folder's files, sorted, and what is in each. */
export async function contentOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const names = files.map(({ parentPath, name }) =>
    path.relative(folder, path.join(parentPath, name)),
  )
  const content = new Map<string, string>()
  for (const name of names.toSorted())
    content.set(name, await readFile(path.join(folder, name), 'latin1'))
  return content
}
