import { resolve } from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import { parseKey, secretOf } from '../chain/keys.ts'
import type { Secrets } from '../config.ts'
import { readEnvironment } from '../config.ts'
import { defaultKeystorePath } from '../keystore/default-path.ts'
import { changeKeystore, hasKeystore, listKeystore, openKeystore } from '../keystore/keystore.ts'
import type { PasswordSource } from '../keystore/password.ts'
import { choosePassword, readPassword } from '../keystore/password.ts'
import type { Terminal } from '../keystore/prompt.ts'
import { askHidden } from '../keystore/prompt.ts'
import type { SecretKey } from '../keystore/sealing.ts'
import { explain } from './explain.ts'
import type { ChangePasswordFlags, ImportFlags, KeyFlags, ListFlags } from './keys.ts'
import { terminal } from './terminal.ts'

type Setting = {
  readonly path: string
  readonly secrets: Secrets
  readonly terminal: Terminal | null
}

/** `keys import`: a key from standard input, or typed, into the keystore. */
export async function runImport(flags: ImportFlags): Promise<void> {
  await answer(flags, async ({ path, secrets, terminal }) => {
    const { account, role } = flags
    const key = parseKey(await readKeyText(flags, terminal), role)
    const added: SecretKey = {
      account,
      role,
      publicKey: key.createPublic().toString(),
      secret: secretOf(key),
    }
    const source = { file: flags.passwordFile, given: secrets.keystorePassword, terminal }
    const password = (await hasKeystore(path))
      ? await readPassword(source, path)
      : await choosePassword(source, path)
    await changeKeystore({ path, password }, (keys) => withKey(keys, added, flags))
    return `The ${role} key ${added.publicKey} of @${account} is in the keystore ${path}.`
  })
}

/** `keys list`: accounts, roles and public keys. */
export async function runList(flags: ListFlags): Promise<void> {
  await answer(flags, async ({ path }) => {
    const keys = await listKeystore(path)
    if (flags.json) return JSON.stringify(keys)
    if (keys.length === 0) return `The keystore ${path} has no keys.`
    const width = Math.max(...keys.map(({ account }) => account.length)) + 1
    return keys
      .map(({ account, role, publicKey }) =>
        [`@${account}`.padEnd(width), role.padEnd('posting'.length), publicKey].join('  '),
      )
      .join('\n')
  })
}

/** `keys change-password`. */
export async function runChangePassword(flags: ChangePasswordFlags): Promise<void> {
  await answer(flags, async ({ path, secrets, terminal }) => {
    const source = { file: flags.passwordFile, given: secrets.keystorePassword, terminal }
    const password = await requirePassword(source, path)
    const newPassword = await choosePassword(
      { file: flags.newPasswordFile, given: secrets.newKeystorePassword, terminal },
      path,
    )
    await changeKeystore({ path, password, newPassword }, (keys) => keys)
    return `The keystore ${path} has a new password. Copies of the file still have the old one.`
  })
}

/** `keys remove`. */
export async function runRemove(flags: KeyFlags): Promise<void> {
  await answer(flags, async ({ path, secrets, terminal }) => {
    const { account, role } = flags
    const source = { file: flags.passwordFile, given: secrets.keystorePassword, terminal }
    const password = await requirePassword(source, path)
    await changeKeystore({ path, password }, (keys) => {
      const rest = keys.filter((key) => !isKeyOf(key, flags))
      if (rest.length < keys.length) return rest
      throw new MarketError('key-missing', `The keystore has no ${role} key of @${account}.`)
    })
    return `The ${role} key of @${account} is in the keystore ${path} no more.`
  })
}

/** The password of a keystore that must be there; whether it is the right one is found before anything else is asked. */
async function requirePassword(source: PasswordSource, path: string): Promise<string> {
  await listKeystore(path)
  const password = await readPassword(source, path)
  for (const { secret } of await openKeystore(path, password)) secret.fill(0)
  return password
}

function withKey(
  keys: readonly SecretKey[],
  added: SecretKey,
  { account, role, replace }: ImportFlags,
): readonly SecretKey[] {
  const twin = keys.find(
    (key) => key.account === account && key.publicKey === added.publicKey && key.role !== role,
  )
  if (twin)
    throw new MarketError(
      'key-wrong',
      `This is the ${twin.role} key of @${account}, which is kept already; its ${role} key is another.`,
    )
  const known = keys.find((key) => isKeyOf(key, added))
  if (known && known.publicKey !== added.publicKey && !replace)
    throw new MarketError(
      'option-invalid',
      `The keystore has another ${role} key of @${account}, ${known.publicKey}; --replace takes this one in its place.`,
    )
  return [...keys.filter((key) => !isKeyOf(key, added)), added]
}

function isKeyOf(
  key: SecretKey,
  { account, role }: { readonly account: HiveAccount; readonly role: SigningRole },
): boolean {
  return key.account === account && key.role === role
}

const keyTextLimit = 1_024

async function readKeyText(
  { account, role }: KeyFlags,
  terminal: Terminal | null,
): Promise<string> {
  if (terminal) return await askHidden(terminal, `Private ${role} key of @${account}: `)
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.length > keyTextLimit) break
  }
  return text
}

/** Prints what the work says, or why it could not be done. */
async function answer(
  { keystore }: { readonly keystore?: string },
  work: (setting: Setting) => Promise<string>,
): Promise<void> {
  try {
    const { settings, secrets } = readEnvironment()
    const path = resolve(keystore ?? defaultKeystorePath(settings.dataBase))
    process.stdout.write(`${await work({ path, secrets, terminal: terminal() })}\n`)
  } catch (error) {
    const { code, message } = explain(error)
    process.stderr.write(`${code}: ${message}\n`)
    process.exitCode = 1
  }
}
