import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import envPaths from 'env-paths'
import { MarketError } from '#market/errors.ts'
import { lockFile } from './lock-file.ts'

/** A directory that one process has for itself until it ends, however it ends. */
export type DataDirectory = Disposable & {
  readonly path: string
}

/** Where a node keeps its data unless told otherwise: below the given directory, or the user's data directory (XDG on Linux). */
export function defaultDataPath(account: string, base?: string): string {
  return join(base ?? envPaths('spk-encoder', { suffix: '' }).data, account)
}

export type DataDirectoryOptions = {
  /** Bytes that have to be free on the disk: a node that fills it up right after its start had better not start. */
  readonly freeBytes?: number
  /** What the user chose that leads here, and by which option, where that is not the directory itself by `--data`. */
  readonly chosen?: Chosen
}

export type Chosen = { readonly path: string; readonly as: string }

/** What commands keep that work for nobody but this machine's user. No account has such a name. */
export function localDataPath(): string {
  return defaultDataPath('_local')
}

/**
 * Makes a directory, readable by its owner only, that several processes may share.
 * Throws `data-unusable` where it cannot be made or written.
 */
export function makeDataDirectory(path: string): void {
  try {
    makeDirectory(path, 0o700)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw explainFailure(path, error)
  }
}

/**
 * Makes a directory, readable by its owner only, and locks it. The lock goes with the process, so a crash never leaves a directory
 * locked.
 * Throws `data-locked` where another process has it, `data-unusable` where it cannot be made or written, `disk-full`.
 */
export function openDataDirectory(
  path: string,
  { freeBytes = 64 * 1024 * 1024, chosen = byData(path) }: DataDirectoryOptions = {},
): DataDirectory {
  try {
    makeDirectory(path, 0o700)
    requireSpace(path, freeBytes, chosen)
    const lock = lockFile(join(path, 'lock.sqlite'))
    return { path: realpathSync(path), [Symbol.dispose]: () => lock[Symbol.dispose]() }
  } catch (error) {
    throw explainFailure(chosen, error)
  }
}

function byData(path: string): Chosen {
  return { path, as: '--data directory' }
}

/**
 * Makes a directory, and those above it that are missing, with the given permissions as far as the umask leaves them. Throws as
 * the system does. Node's own recursive mkdir hides why it fails, and never returns where the system takes no directories, as in
 * /proc.
 */
export function makeDirectory(path: string, mode = 0o777): void {
  const isThere = (): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  if (isThere()) return
  if (!existsSync(dirname(path))) makeDirectory(dirname(path), mode)
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    // Another process may have been quicker.
    if (!isThere()) throw error
  }
}

function requireSpace(path: string, wanted: number, chosen: Chosen): void {
  const { bavail, bsize } = statfsSync(path)
  if (bavail * bsize < wanted) throw diskFull(chosen)
}

function diskFull({ path, as }: Chosen, cause?: unknown): MarketError {
  const message = `The disk of ${path} is full; free some space, or choose another ${as}.`
  return new MarketError('disk-full', message, {}, { cause })
}

/** What the system's or SQLite's error code means to whoever chose the directory, by `--data` where nothing else is said. */
export function explainFailure(choice: Chosen | string, cause: unknown): unknown {
  const chosen = typeof choice === 'string' ? byData(choice) : choice
  const { path, as } = chosen
  if (cause instanceof MarketError || !(cause instanceof Error) || !('code' in cause)) return cause
  const code = String(cause.code)
  if (code.startsWith('SQLITE_BUSY')) {
    const message = `${path} is in use by another process; stop it, or choose another ${as}.`
    return new MarketError('data-locked', message, {}, { cause })
  }
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL')
    return diskFull(chosen, cause)
  const reason = reasons[code]
  if (!reason) return cause
  const message = `${path} cannot hold data: ${reason}; choose another ${as}.`
  return new MarketError('data-unusable', message, { reason: code }, { cause })
}

const notAllowed = 'this user may not write there'
const notDirectory = 'something that is not a directory is in the way'
const readOnly = 'the disk is read-only'
const reasons: Readonly<Record<string, string>> = {
  EACCES: notAllowed,
  EPERM: notAllowed,
  SQLITE_CANTOPEN: notAllowed,
  SQLITE_READONLY: notAllowed,
  SQLITE_NOTADB: 'its lock file is damaged',
  EROFS: readOnly,
  EEXIST: notDirectory,
  ENOTDIR: notDirectory,
  ENOENT: 'there can be no directory there',
}
