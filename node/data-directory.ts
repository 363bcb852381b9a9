import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import envPaths from 'env-paths'
import { MarketError } from '#market/errors.ts'

/** A directory that one process has for itself until it ends, however it ends. */
export type DataDirectory = Disposable & {
  readonly path: string
}

/** Where a node keeps its data unless told otherwise: the user's data directory (XDG on Linux). */
export function defaultDataPath(account: string): string {
  return join(envPaths('spk-encoder', { suffix: '' }).data, account)
}

/**
 * Makes a directory, readable by its owner only, and locks it. The lock is SQLite's own on a small file, which the system
 * releases when the process dies, so a crash never leaves a directory locked.
 * Throws `data-locked` where another process has it.
 */
export function openDataDirectory(path: string): DataDirectory {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const lock = new Database(join(path, 'lock.sqlite'), { timeout: 0 })
  try {
    lock.pragma('locking_mode = EXCLUSIVE')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw asLocked(path, error)
  }
  return { path: realpathSync(path), [Symbol.dispose]: () => lock.close() }
}

function asLocked(path: string, cause: unknown): unknown {
  const isBusy =
    cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY')
  if (!isBusy) return cause
  return new MarketError(
    'data-locked',
    `${path} is in use by another process; stop it, or choose another --data directory.`,
    {},
    { cause },
  )
}
