import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The file of a node's data directory in which its token lies, for its owner's programs. */
export const tokenFile = 'control-token'

/** The token that control asks for: made at the first start, readable by the owner only, and the same ever after. */
export async function readControlToken(directory: string): Promise<string> {
  const file = join(directory, tokenFile)
  const known = await readFile(file, 'utf8').catch(() => '')
  if (/^[0-9a-f]{64}$/.test(known)) return known
  const token = randomBytes(32).toString('hex')
  await writeFile(`${file}.unfinished`, token, { mode: 0o600 })
  await rename(`${file}.unfinished`, file)
  return token
}
