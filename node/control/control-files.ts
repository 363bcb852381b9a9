import { randomBytes } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ifAbsent } from '../if-absent.ts'

/** The files of a node's data directory by which its owner's programs speak to it: the token that control asks for, and where. */
export const tokenFile = 'control-token'
export const controlUrlFile = 'control-url'

/**
 * The token that control asks for: made at the first start, readable by the owner only, and the same ever after. The address that an
 * earlier run has left behind may be anybody's by now, and is forgotten.
 */
export async function readControlToken(directory: string): Promise<string> {
  await rm(join(directory, controlUrlFile), { force: true })
  const file = join(directory, tokenFile)
  const known = await readFile(file, 'utf8').catch(ifAbsent(''))
  if (/^[0-9a-f]{64}$/.test(known)) return known
  const token = randomBytes(32).toString('hex')
  await writeFile(`${file}.unfinished`, token, { mode: 0o600 })
  await rename(`${file}.unfinished`, file)
  return token
}

/** Says where control answers, once it does. */
export async function tellControlUrl(directory: string, url: string): Promise<void> {
  await writeFile(join(directory, controlUrlFile), `${url}\n`, { mode: 0o600 })
}
