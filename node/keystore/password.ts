import { readFile } from 'node:fs/promises'
import { MarketError } from '#market/errors.ts'
import type { Terminal } from './prompt.ts'
import { askHidden } from './prompt.ts'

/** Where a keystore's password may come from, in the order in which it is looked for. */
export type PasswordSource = {
  /** A file whose first line it is, such as a container's secret. */
  readonly file: string | undefined
  /** From the environment. */
  readonly given: string | undefined
  /** Null where nobody sits in front of the program. */
  readonly terminal: Terminal | null
}

/** Length from which on scrypt makes guessing pointless if the characters were drawn by lot; a person's password should be longer. */
const leastLength = 12

/** The password of a keystore that is there. Rejects with `keystore-locked` where there is no way to learn it. */
export async function readPassword(
  { file, given, terminal }: PasswordSource,
  path: string,
): Promise<string> {
  if (file !== undefined) return await firstLine(file)
  if (given !== undefined) return given
  if (terminal) return await askHidden(terminal, `Password of the keystore ${path}: `)
  throw new MarketError(
    'keystore-locked',
    `The keystore ${path} needs its password: name a file with --password-file, set SPK_KEYSTORE_PASSWORD, or run this in a terminal.`,
  )
}

/** A password that a keystore is to get; asked for twice, because nothing can be told from what is not shown. */
export async function choosePassword(
  { file, given, terminal }: PasswordSource,
  path: string,
): Promise<string> {
  if (file !== undefined) return requireStrong(await firstLine(file))
  if (given !== undefined) return requireStrong(given)
  if (!terminal) throw noPassword(path)
  const question = `New password of the keystore ${path} (at least ${leastLength} characters): `
  const password = requireStrong(await askHidden(terminal, question))
  if ((await askHidden(terminal, 'The same again: ')) === password) return password
  throw new MarketError('password-wrong', 'The two passwords differ; nothing was changed.')
}

function noPassword(path: string): MarketError {
  return new MarketError(
    'keystore-locked',
    `The keystore ${path} needs a password: name a file with --password-file or --new-password-file, set SPK_KEYSTORE_PASSWORD, or run this in a terminal.`,
  )
}

function requireStrong(password: string): string {
  if ([...password].length >= leastLength) return password
  throw new MarketError(
    'option-invalid',
    `A keystore's password has at least ${leastLength} characters.`,
  )
}

async function firstLine(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const message = `The password file ${file} cannot be read (${cause.code}).`
    throw new MarketError('keystore-locked', message, {}, { cause })
  })
  return /^[^\r\n]*/.exec(text)?.[0] ?? ''
}
