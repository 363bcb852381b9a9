import { existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { DataDirectory } from './data-directory.ts'
import { openDataDirectory } from './data-directory.ts'

/** An empty folder for work that is of no use once its process has ended. Removed when disposed. */
export type Scratch = AsyncDisposable & { readonly path: string }

/** Where a data directory keeps such folders. */
const scratchName = 'scratch'

/**
 * Makes a scratch folder below a data directory, which several processes may share. It is locked while its process lives,
 * so that the next one to start knows what a killed one has left behind.
 */
export async function openScratch(directory: string, purpose: string): Promise<Scratch> {
  const { folder, lock } = lockNew(path.join(directory, scratchName), `${purpose}-`)
  const work = path.join(folder, 'work')
  await mkdir(work)
  return {
    path: work,
    [Symbol.asyncDispose]: async () => {
      // Windows removes no file that is open.
      lock[Symbol.dispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Removes the scratch folders whose processes have ended without doing so. */
export async function removeLeftovers(directory: string): Promise<void> {
  const root = path.join(directory, scratchName)
  for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) continue
    const folder = path.join(root, entry.name)
    const lock = tryLock(folder)
    if (!lock) continue
    await rm(folder, { recursive: true, force: true })
    lock[Symbol.dispose]()
  }
}

/** A folder that another process has taken for a leftover before it was locked is let go, and another one made. */
function lockNew(root: string, prefix: string): { folder: string; lock: DataDirectory } {
  mkdirSync(root, { recursive: true, mode: 0o700 })
  for (;;) {
    const folder = mkdtempSync(path.join(root, prefix))
    const lock = tryLock(folder)
    if (lock && existsSync(folder)) return { folder, lock }
    lock?.[Symbol.dispose]()
  }
}

/** Null for a folder that a living process has. */
function tryLock(folder: string): DataDirectory | null {
  try {
    return openDataDirectory(folder, { freeBytes: 0 })
  } catch (error) {
    if (error instanceof MarketError && error.code === 'data-locked') return null
    throw error
  }
}
