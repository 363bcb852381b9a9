import { PrivateKey } from '@hiveio/dhive'
import { MarketError } from '#market/errors.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { Signer } from '#protocol/signer.ts'
import { parseKey } from './chain/keys.ts'
import type { HeldKey } from './chain/local-signer.ts'
import { createLocalSigner } from './chain/local-signer.ts'
import type { Secrets } from './config.ts'
import { hasKeystore, listKeystore, openKeystore } from './keystore/keystore.ts'
import type { KeyName } from './keystore/keystore-file.ts'
import type { PasswordSource } from './keystore/password.ts'
import { readPassword } from './keystore/password.ts'

/** What a node signs with, and what anybody may know of that. */
export type NodeKeys = {
  readonly names: readonly KeyName[]
  readonly signer: Signer
}

export type KeySources = {
  readonly secrets: Secrets
  /** Path of the keystore. */
  readonly keystore: string
  readonly password: Omit<PasswordSource, 'given'>
}

/**
 * The keys of an account: those of the environment, or else those of the keystore. Rejects with `key-missing` where there is no
 * posting key, without which a node can say nothing, with `key-wrong`, and as the keystore does.
 */
export async function openNodeKeys(
  account: HiveAccount,
  { secrets, keystore, password }: KeySources,
): Promise<NodeKeys> {
  const given = environmentKeys(account, secrets)
  const source = { ...password, given: secrets.keystorePassword }
  const held = given.length > 0 ? given : await keystoreKeys(account, keystore, source)
  if (!held.some(({ role }) => role === 'posting'))
    throw new MarketError(
      'key-missing',
      `A node needs the posting key of @${account}: spk-encoder keys import --account ${account} --role posting keeps it in a keystore; SPK_POSTING_KEY gives it to a container.`,
    )
  return { names: held.map(nameOf), signer: createLocalSigner(held) }
}

/** Names of the keys that {@link openNodeKeys} would open. Asks for no password, and needs none of them. */
export async function nameNodeKeys(
  account: HiveAccount,
  { secrets, keystore }: Pick<KeySources, 'secrets' | 'keystore'>,
): Promise<readonly KeyName[]> {
  const given = environmentKeys(account, secrets)
  if (given.length > 0) return given.map(nameOf)
  if (!(await hasKeystore(keystore))) return []
  return (await listKeystore(keystore)).filter((name) => name.account === account)
}

function environmentKeys(
  account: HiveAccount,
  { postingKey, activeKey }: Secrets,
): readonly HeldKey[] {
  const parse = (role: SigningRole, text: string | undefined): readonly HeldKey[] =>
    text === undefined ? [] : [{ account, role, key: parseKey(text, role) }]
  return [...parse('posting', postingKey), ...parse('active', activeKey)]
}

async function keystoreKeys(
  account: HiveAccount,
  path: string,
  source: PasswordSource,
): Promise<readonly HeldKey[]> {
  if (!(await hasKeystore(path))) return []
  const isKept = (await listKeystore(path)).some((name) => name.account === account)
  if (!isKept) return []
  const held: HeldKey[] = []
  for (const { secret, role, account: owner } of await openKeystore(
    path,
    await readPassword(source, path),
  )) {
    if (owner === account) held.push({ account, role, key: keyFrom(secret) })
    else secret.fill(0)
  }
  return held
}

/** dhive keeps the buffer it is given, and the one that was decrypted belongs to several keys. */
function keyFrom(secret: Buffer): PrivateKey {
  const key = PrivateKey.from(Buffer.from(secret))
  secret.fill(0)
  return key
}

function nameOf({ account, role, key }: HeldKey): KeyName {
  return { account, role, publicKey: key.createPublic().toString() }
}
