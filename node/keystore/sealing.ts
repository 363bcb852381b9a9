import { createCipheriv, createDecipheriv, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { Header, KeyName, KeystoreFile, Scrypt } from './keystore-file.ts'
import { headerBytes } from './keystore-file.ts'

/** A key with its secret. Whoever is handed one overwrites the secret when it is of no more use. */
export type SecretKey = KeyName & {
  /** The 32 bytes of the private key. */
  readonly secret: Buffer
}

/** scrypt's cost: 128 MiB and less than a second for the owner, and the same again for every guess. */
const usualCost: Scrypt['cost'] = 2 ** 17

const secretBytes = 32
const tagBytes = 16

/** Encrypts keys under a password, with a salt and a nonce that were never used before. */
export async function sealKeys(
  keys: readonly SecretKey[],
  password: string,
  cost: Scrypt['cost'] = usualCost,
): Promise<KeystoreFile> {
  const salt = randomBytes(32)
  const kdf = {
    name: 'scrypt',
    cost,
    blockSize: 8,
    parallelism: 1,
    salt: salt.toString('base64'),
  } as const
  const { key, check } = await derive(password, kdf)
  const nonce = randomBytes(12)
  const header: Header = {
    format: 'spk-encoder keystore',
    version: 1,
    kdf,
    cipher: { name: 'aes-256-gcm', nonce: nonce.toString('base64') },
    check: check.toString('base64'),
    keys: keys.map(({ account, role, publicKey }) => ({ account, role, publicKey })),
  }
  const plain = Buffer.concat(keys.map(({ secret }) => secret))
  try {
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    cipher.setAAD(headerBytes(header))
    const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    return { ...header, sealed: sealed.toString('base64') }
  } finally {
    plain.fill(0)
    key.fill(0)
  }
}

/** `password-wrong`: it is another file's. `altered`: the password is right, and somebody without it has changed the file. */
export type Opened =
  | { readonly type: 'keys'; readonly keys: readonly SecretKey[] }
  | { readonly type: 'password-wrong' }
  | { readonly type: 'altered' }

export async function openKeys(file: KeystoreFile, password: string): Promise<Opened> {
  const { key, check } = await derive(password, file.kdf)
  try {
    if (!timingSafeEqual(check, Buffer.from(file.check, 'base64')))
      return { type: 'password-wrong' }
    const plain = decrypt(file, key)
    if (plain?.length !== secretBytes * file.keys.length) return { type: 'altered' }
    const keys = file.keys.map((name, index) => ({
      ...name,
      secret: plain.subarray(secretBytes * index, secretBytes * (index + 1)),
    }))
    return { type: 'keys', keys }
  } finally {
    key.fill(0)
  }
}

function decrypt(file: KeystoreFile, key: Buffer): Buffer | null {
  const sealed = Buffer.from(file.sealed, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(file.cipher.nonce, 'base64'), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(headerBytes(file))
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  const plain = decipher.update(sealed.subarray(0, -tagBytes))
  try {
    decipher.final()
    return plain
  } catch {
    plain.fill(0)
    return null
  }
}

/** Equal-looking passwords are equal, however a keyboard composes their letters. */
function derive(
  password: string,
  { cost, blockSize, parallelism, salt }: Scrypt,
): Promise<{ readonly key: Buffer; readonly check: Buffer }> {
  const options = {
    N: cost,
    r: blockSize,
    p: parallelism,
    maxmem: 256 * cost * blockSize * parallelism,
  }
  return new Promise((resolve, reject) => {
    scrypt(
      password.normalize('NFKC'),
      Buffer.from(salt, 'base64'),
      64,
      options,
      (error, derived) => {
        if (error) reject(error)
        else resolve({ key: derived.subarray(0, 32), check: derived.subarray(32) })
      },
    )
  })
}
