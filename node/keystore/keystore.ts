import { chmod, mkdir, open, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MarketError } from '#market/errors.ts'
import { syncFile, syncFolder } from '../local/durable.ts'
import { lockFile } from '../lock-file.ts'
import type { KeyName, KeystoreFile, Scrypt } from './keystore-file.ts'
import { formatKeystore, parseKeystore } from './keystore-file.ts'
import type { SecretKey } from './sealing.ts'
import { openKeys, sealKeys } from './sealing.ts'

/** Names of the keys in a keystore, for which no password is needed. Rejects as {@link openKeystore} does. */
export async function listKeystore(path: string): Promise<readonly KeyName[]> {
  return (await read(path)).keys
}

/** True if there is a keystore, whatever its state. */
export async function hasKeystore(path: string): Promise<boolean> {
  return (await readIfThere(path)) !== null
}

/**
 * The keys in a keystore. Rejects with `keystore-missing`, `keystore-exposed` where others may read it, `keystore-damaged`
 * where it is not as it was written, and `password-wrong`.
 */
export async function openKeystore(path: string, password: string): Promise<readonly SecretKey[]> {
  const opened = await openKeys(await read(path), password)
  if (opened.type === 'keys') return opened.keys
  if (opened.type === 'password-wrong')
    throw new MarketError('password-wrong', `This is not the password of the keystore ${path}.`)
  throw damaged(path, 'was altered by somebody who does not have its password')
}

/** What a keystore is changed to, and from what. */
export type KeystoreChange = {
  readonly path: string
  /** The password it has; of a new one the one that it gets. */
  readonly password: string
  /** The password it gets where that is another. */
  readonly newPassword?: string
  readonly cost?: Scrypt['cost']
}

/**
 * Changes the keys of a keystore, or makes it. Whoever looks, and whatever ends the process, sees the old one or the new one.
 * Rejects as {@link openKeystore} does, with `data-locked` while another process changes it, and with whatever `change` throws.
 */
export async function changeKeystore(
  { path, password, newPassword = password, cost }: KeystoreChange,
  change: (keys: readonly SecretKey[]) => readonly SecretKey[],
): Promise<void> {
  const place = await placeOf(path)
  using _lock = lockKeystore(place)
  const known = (await hasKeystore(place)) ? await openKeystore(place, password) : []
  try {
    await replace(place, await sealKeys(change(known), newPassword, cost))
  } catch (error) {
    throw unwritable(path, error)
  } finally {
    for (const { secret } of known) secret.fill(0)
  }
}

function lockKeystore(path: string): Disposable {
  try {
    return lockFile(`${path}.lock`)
  } catch (error) {
    throw isBusy(error) ? changing(path, error) : unwritable(path, error)
  }
}

function isBusy(error: unknown): boolean {
  return hasCode(error) && error.code.startsWith('SQLITE_BUSY')
}

function changing(path: string, cause: unknown): MarketError {
  const message = `Another process is changing the keystore ${path}; try again when it is done.`
  return new MarketError('data-locked', message, {}, { cause })
}

function unwritable(path: string, cause: unknown): unknown {
  if (!hasCode(cause) || cause instanceof MarketError) return cause
  const message = `The keystore ${path} cannot be written (${cause.code}); it is as it was.`
  return new MarketError('data-unusable', message, { reason: cause.code }, { cause })
}

function hasCode(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

/** The file itself where the path is a link to it: a rename would put a file in the place of the link. */
async function placeOf(path: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    return await realpath(path)
  } catch (error) {
    if (hasCode(error) && error.code === 'ENOENT') return path
    throw unwritable(path, error)
  }
}

async function replace(path: string, file: KeystoreFile): Promise<void> {
  const unfinished = `${path}.unfinished`
  // One that a killed process has left may have another mode.
  await rm(unfinished, { force: true })
  await writeFile(unfinished, formatKeystore(file), { mode: 0o600, flag: 'wx' })
  await chmod(unfinished, 0o600)
  await syncFile(unfinished)
  await rename(unfinished, path)
  await syncFolder(dirname(path))
}

async function read(path: string): Promise<KeystoreFile> {
  const text = await readIfThere(path)
  if (text === null)
    throw new MarketError(
      'keystore-missing',
      `There is no keystore ${path}; spk-encoder keys import makes it.`,
    )
  const file = parseKeystore(text)
  if (!file) throw damaged(path, 'is damaged')
  return file
}

/** Reads through one handle, so that what is looked at and what is read are the same file. */
async function readIfThere(path: string): Promise<string | null> {
  try {
    await using file = await open(path, 'r')
    const { mode } = await file.stat()
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw exposed(path, mode)
    return await file.readFile('utf8')
  } catch (error) {
    if (!hasCode(error) || error instanceof MarketError) throw error
    if (error.code === 'ENOENT') return null
    throw unreadable(path, error)
  }
}

function exposed(path: string, mode: number): MarketError {
  const bits = (mode & 0o777).toString(8)
  return new MarketError(
    'keystore-exposed',
    `Others may read the keystore ${path} (its mode is ${bits}); run chmod 600 ${path}, and change its password if anybody else uses this machine.`,
  )
}

function unreadable(path: string, cause: Error & { readonly code: string }): MarketError {
  const message = `The keystore ${path} cannot be read (${cause.code}); see that this user owns it.`
  return new MarketError('data-unusable', message, { reason: cause.code }, { cause })
}

function damaged(path: string, how: string): MarketError {
  return new MarketError(
    'keystore-damaged',
    `The keystore ${path} ${how}; put a copy of it in its place, or move it away and import the keys again.`,
  )
}
