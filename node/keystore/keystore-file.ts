import { createHash } from 'node:crypto'
import { z } from 'zod'
import { HiveAccount } from '#protocol/ids.ts'

/** Whose key it is, and which: what anybody who has the file may know of it. */
export const KeyName = z.strictObject({
  account: HiveAccount,
  role: z.enum(['posting', 'active']),
  publicKey: z.string().regex(/^STM[1-9A-HJ-NP-Za-km-z]{50}$/, 'not a public key'),
})
export type KeyName = z.infer<typeof KeyName>

function base64(least: number, most = least) {
  return z.base64().refine((text) => {
    const bytes = Buffer.from(text, 'base64').length
    return bytes >= least && bytes <= most
  }, `not ${least} to ${most} bytes in base64`)
}

const costs = [2 ** 14, 2 ** 15, 2 ** 16, 2 ** 17, 2 ** 18, 2 ** 19, 2 ** 20] as const

/** How a password becomes a key. Bounded on both sides: what a file asks for can be neither trivial to guess nor more than a machine has. */
export const Scrypt = z.strictObject({
  name: z.literal('scrypt'),
  cost: z.literal(costs),
  blockSize: z.literal(8),
  parallelism: z.literal(1),
  salt: base64(32),
})
export type Scrypt = z.infer<typeof Scrypt>

/** Version 1. Everything but `sealed` is bound to it as additional data, so nothing here can be altered without the password. */
const Header = z.strictObject({
  format: z.literal('spk-encoder keystore'),
  version: z.literal(1),
  kdf: Scrypt,
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), nonce: base64(12) }),
  /** Derived from the password beside the key: tells a wrong password from an altered file. */
  check: base64(32),
  keys: z.array(KeyName).max(1_000),
})
export type Header = z.infer<typeof Header>

export const KeystoreFile = z.strictObject({
  ...Header.shape,
  /** The secrets in the order of `keys`, 32 bytes each, encrypted, and the tag behind them. */
  sealed: base64(16, 32 * 1_000 + 16),
})
export type KeystoreFile = z.infer<typeof KeystoreFile>

const StoredFile = z.strictObject({
  ...KeystoreFile.shape,
  /** SHA-256 of the rest: tells damage without a password. It proves nothing against people. */
  checksum: z.string(),
})

/** What the encryption binds to the secrets: the whole header, in a form that does not depend on how it was written. */
export function headerBytes({ format, version, kdf, cipher, check, keys }: Header): Buffer {
  return Buffer.from(
    JSON.stringify(Header.parse({ format, version, kdf, cipher, check, keys })),
    'utf8',
  )
}

export function formatKeystore(file: KeystoreFile): string {
  return `${JSON.stringify({ ...file, checksum: checksumOf(file) }, null, 2)}\n`
}

/** The keystore that a text is, to the byte; null for any other text. */
export function parseKeystore(text: string): KeystoreFile | null {
  const parsed = StoredFile.safeParse(parseJson(text))
  if (!parsed.success) return null
  const { checksum, ...file } = parsed.data
  return checksum === checksumOf(file) && formatKeystore(file) === text ? file : null
}

function checksumOf(file: KeystoreFile): string {
  return createHash('sha256').update(JSON.stringify(file)).digest('hex')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
