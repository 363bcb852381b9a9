import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { Cid, JobId } from '#protocol/ids.ts'
import type { OpenSource, SourceWindows, WindowOptions } from './source-windows.ts'

/** A job's scratch directory. What is in it can be made again, and is gone with the job. */
export interface Workspace {
  /** Opens a source for FFmpeg where it lies, or as a file that is written when it is asked for first. */
  source(cid: Cid, options: WindowOptions): Promise<OpenSource>
  /** A fresh empty directory, removed when disposed. */
  scratch(name: string): Promise<AsyncDisposable & { readonly path: string }>
  remove(): Promise<void>
}

/** Keeps an encoder's work and a checker's apart on a node that is both. */
const purposes = ['encode', 'check'] as const
type Purpose = (typeof purposes)[number]

/** Directories of jobs below one root. Where there are no windows, sources are written there. */
export function createWorkspaces(
  root: string,
  content: Pick<ContentStore, 'exportFile' | 'sizes'>,
  windows?: SourceWindows,
): (job: JobId, purpose: Purpose) => Workspace {
  return (job, purpose) => {
    const path = join(root, nameOf(job, purpose))
    return {
      source: async (cid, options) => {
        if (windows) return await windows.open(cid, options)
        const { signal, bring } = options
        await bring?.({ start: 0, end: 1 }, signal)
        await mkdir(path, { recursive: true, mode: 0o700 })
        const file = join(path, `source-${cid}`)
        const { bytes } = await content.sizes(cid)
        await bring?.({ start: 0, end: bytes }, signal)
        if ((await sizeOf(file)) !== bytes) await content.exportFile(cid, file, { signal })
        return { input: file, signal, [Symbol.asyncDispose]: async () => undefined }
      },
      scratch: async (name) => {
        const directory = join(path, name)
        await rm(directory, { recursive: true, force: true })
        await mkdir(directory, { recursive: true, mode: 0o700 })
        return {
          path: directory,
          [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
        }
      },
      remove: () => rm(path, { recursive: true, force: true }),
    }
  }
}

/** Removes, at a start, the directories of jobs that are over: their process may have been killed before it could. */
export async function removeAbandoned(root: string, unfinished: readonly JobId[]): Promise<void> {
  const kept = new Set(unfinished.flatMap((job) => purposes.map((purpose) => nameOf(job, purpose))))
  for (const name of await readdir(root).catch(() => []))
    if (!kept.has(name)) await rm(join(root, name), { recursive: true, force: true })
}

function nameOf(job: JobId, purpose: Purpose): string {
  return `${purpose}-${job.replace(':', '-')}`
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => -1,
  )
}
