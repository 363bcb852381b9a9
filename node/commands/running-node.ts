import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { readEnvironment } from '../config.ts'
import { defaultDataPath, openDataDirectory } from '../data-directory.ts'

/** Names a node of this machine. */
export type NodeNamed = { readonly account: HiveAccount; readonly data?: string }

/**
 * Where a part of a node that runs on this machine answers, as its data directory says.
 *
 * @throws MarketError `peer-unreachable` where none runs, in the words of `absent`.
 */
export async function findRunning(
  { account, data }: NodeNamed,
  { urlFile, absent }: { readonly urlFile: string; readonly absent: string },
): Promise<{ readonly url: string; readonly directory: string }> {
  const { settings } = readEnvironment()
  const directory = resolve(data ?? defaultDataPath(account, settings.dataBase))
  const none = (cause?: unknown): MarketError => {
    const message = `${absent} in ${directory}; start it with spk-encoder node --role creator.`
    return new MarketError('peer-unreachable', message, {}, { cause })
  }
  const url = await readFile(join(directory, urlFile), 'utf8').catch((cause: unknown) => {
    throw none(cause)
  })
  if (!isLocked(directory)) throw none()
  return { url: url.trim(), directory }
}

/** A node that runs has its directory locked; the address that one has left behind may be anybody's by now, and gets no token. */
function isLocked(directory: string): boolean {
  try {
    openDataDirectory(directory, { freeBytes: 0 })[Symbol.dispose]()
    return false
  } catch (error) {
    if (error instanceof MarketError && error.code === 'data-locked') return true
    throw error
  }
}
