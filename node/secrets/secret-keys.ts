import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MarketError } from '#market/errors.ts'
import { ifAbsent } from '../if-absent.ts'
import { keyIdOf } from './secret-box.ts'

/** The key that seals, and those that only open. */
export type SecretKeys = readonly [Uint8Array, ...Uint8Array[]]

const keyText = /^[0-9a-f]{64}$/

/**
 * Keys for stored secrets: those given, in their order, then the directory's own, which is made where nothing is given. Losing them costs
 * the secrets that they sealed. Rejects with `data-unusable` for a file that is no key, and as the
 * system does for one that cannot be read: what it sealed would be lost with it.
 */
export async function openSecretKeys(
  directory: string,
  given: readonly string[] = [],
): Promise<SecretKeys> {
  const path = join(directory, 'secret.key')
  const own = await readFile(path, 'utf8').catch(ifAbsent(null))
  if (own !== null && !keyText.test(own.trim()))
    throw new MarketError('data-unusable', `${path} is not a key of 64 hex digits.`)
  const texts = own === null ? given : [...given, own.trim()]
  const [first, ...rest] = texts.map((text) => Buffer.from(text, 'hex'))
  return first ? [first, ...rest] : [await makeKey(path)]
}

async function makeKey(path: string): Promise<Uint8Array> {
  const key = randomBytes(32)
  const draft = `${path}.new`
  await writeFile(draft, key.toString('hex'), { mode: 0o600, flush: true })
  await rename(draft, path)
  return key
}

/** Throws `key-missing` where secrets that are still needed were sealed by keys that are not at hand. */
export function requireKeys(keys: SecretKeys, needed: readonly string[]): void {
  const known = new Set(keys.map(keyIdOf))
  const missing = needed.filter((id) => !known.has(id))
  if (missing.length === 0) return
  throw new MarketError(
    'key-missing',
    `The database has webhook secrets sealed by ${missing.join(', ')}, which is not at hand; give SPK_SECRET_KEYS what the file secret.key of the indexer that sealed them has.`,
  )
}
