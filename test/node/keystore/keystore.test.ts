import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { devchainPublicKey, devchainSecret } from '#node/devchain/keys.ts'
import { changeKeystore, hasKeystore, listKeystore, openKeystore } from '#node/keystore/keystore.ts'
import type { KeystoreFile } from '#node/keystore/keystore-file.ts'
import { formatKeystore, parseKeystore } from '#node/keystore/keystore-file.ts'
import type { SecretKey } from '#node/keystore/sealing.ts'
import { openKeys, sealKeys } from '#node/keystore/sealing.ts'
import { lockFile } from '#node/lock-file.ts'
import { account } from '../../support/builders.ts'
import { aDirectory } from '../../support/directory.ts'

/** The least that the format allows: what is tested is not how long guessing takes. */
const cost = 2 ** 14
const password = 'correct horse battery staple'

function aKey(name = 'alice', role: SecretKey['role'] = 'posting'): SecretKey {
  return {
    account: account(name),
    role,
    publicKey: devchainPublicKey(name, role),
    secret: devchainSecret(name, role),
  }
}

const twoKeys = (): readonly SecretKey[] => [aKey(), aKey('bob', 'active')]

async function aKeystore(folder: string): Promise<string> {
  const path = join(folder, 'keys', 'keystore.json')
  await changeKeystore({ path, password, cost }, twoKeys)
  return path
}

describe('a keystore', () => {
  test('gives back what was put into it, and lists it without the password', async () => {
    await using folder = await aDirectory()
    const path = await aKeystore(folder.path)
    expect(await openKeystore(path, password)).toEqual(twoKeys())
    const names = twoKeys().map(({ secret: _, ...name }) => name)
    expect(await listKeystore(path)).toEqual(names)
  })

  test('is read by its owner only, and so is the folder that was made for it', async () => {
    await using folder = await aDirectory()
    const path = await aKeystore(folder.path)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder.path, 'keys'))).mode & 0o777).toBe(0o700)
  })

  test('holds no secret in any form that could be read', async () => {
    await using folder = await aDirectory()
    const bytes = await readFile(await aKeystore(folder.path))
    for (const { secret } of twoKeys())
      for (const form of [secret, secret.toString('hex'), secret.toString('base64').slice(0, 40)])
        expect(bytes.includes(form)).toBe(false)
  })

  test('shares neither salt, nonce nor ciphertext with what it was before', async () => {
    await using folder = await aDirectory()
    const path = await aKeystore(folder.path)
    const before = parseKeystore(await readFile(path, 'utf8'))!
    await changeKeystore({ path, password, cost }, (keys) => keys)
    const after = parseKeystore(await readFile(path, 'utf8'))!
    expect(after.kdf.salt).not.toBe(before.kdf.salt)
    expect(after.cipher.nonce).not.toBe(before.cipher.nonce)
    expect(after.sealed).not.toBe(before.sealed)
  })

  test('opens by the new password alone once it was changed', async () => {
    await using folder = await aDirectory()
    const path = await aKeystore(folder.path)
    await changeKeystore({ path, password, newPassword: 'another one', cost }, (keys) => keys)
    await expect(openKeystore(path, password)).rejects.toMatchObject({ code: 'password-wrong' })
    expect(await openKeystore(path, 'another one')).toEqual(twoKeys())
  })

  test('opens by a password whose accents were composed in another way', async () => {
    await using folder = await aDirectory()
    const path = join(folder.path, 'keystore.json')
    await changeKeystore({ path, password: 'cr\u00e8me br\u00fbl\u00e9e', cost }, twoKeys)
    expect(await openKeystore(path, 'cre\u0300me bru\u0302le\u0301e')).toEqual(twoKeys())
  })

  test('stays a file behind the link that leads to it', async () => {
    await using folder = await aDirectory()
    const path = await aKeystore(folder.path)
    const link = join(folder.path, 'link.json')
    await symlink(path, link)
    await changeKeystore({ path: link, password, cost }, (keys) => keys.slice(1))
    expect(await listKeystore(path)).toHaveLength(1)
  })

  test('is there or is not', async () => {
    await using folder = await aDirectory()
    expect(await hasKeystore(join(folder.path, 'keystore.json'))).toBe(false)
    expect(await hasKeystore(await aKeystore(folder.path))).toBe(true)
  })
})

describe('what is wrong is told, and what to do', () => {
  test('no file', async () => {
    await using folder = await aDirectory()
    const missing = openKeystore(join(folder.path, 'none.json'), password)
    await expect(missing).rejects.toMatchObject({
      code: 'keystore-missing',
      message: expect.stringContaining('keys import'),
    })
  })

  test('another password', async () => {
    await using folder = await aDirectory()
    const opened = openKeystore(await aKeystore(folder.path), `${password}!`)
    await expect(opened).rejects.toMatchObject({ code: 'password-wrong' })
  })

  test.each(['640', '604', '620', '666'])('mode %s', async (mode) => {
    await using folder = await aDirectory()
    const path = await aKeystore(folder.path)
    await chmod(path, Number.parseInt(mode, 8))
    for (const use of [listKeystore, (file: string) => openKeystore(file, password)])
      await expect(use(path)).rejects.toMatchObject({
        code: 'keystore-exposed',
        message: expect.stringContaining(`chmod 600 ${path}`),
      })
  })

  test('a file that is something else', async () => {
    await using folder = await aDirectory()
    const path = join(folder.path, 'keystore.json')
    await writeFile(path, '{"format":"another program\'s"}', { mode: 0o600 })
    await expect(listKeystore(path)).rejects.toMatchObject({ code: 'keystore-damaged' })
  })

  test('a directory in its place', async () => {
    await using folder = await aDirectory()
    const path = join(folder.path, 'keystore.json')
    await mkdir(path, { mode: 0o700 })
    await expect(listKeystore(path)).rejects.toMatchObject({ code: 'data-unusable' })
  })

  test('another process that is changing it', async () => {
    await using folder = await aDirectory()
    const path = await aKeystore(folder.path)
    using _lock = lockFile(`${path}.lock`)
    const change = changeKeystore({ path, password, cost }, (keys) => keys)
    await expect(change).rejects.toMatchObject({ code: 'data-locked' })
  })
})

describe('a change that fails', () => {
  test('leaves the keystore as it was', async () => {
    await using folder = await aDirectory()
    const path = await aKeystore(folder.path)
    const before = await readFile(path)
    const change = changeKeystore({ path, password, cost }, () => {
      throw new Error('no such key')
    })
    await expect(change).rejects.toThrow('no such key')
    expect(await readFile(path)).toEqual(before)
  })

  test('because it was killed while writing is made good by the next one', async () => {
    await using folder = await aDirectory()
    const path = await aKeystore(folder.path)
    await writeFile(`${path}.unfinished`, 'half of a', { mode: 0o644 })
    expect(await openKeystore(path, password)).toEqual(twoKeys())
    await changeKeystore({ path, password, cost }, (keys) => keys.slice(1))
    expect(await listKeystore(path)).toHaveLength(1)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder.path, 'keys'))).not.toContain('keystore.json.unfinished')
  })
})

const secretKeys = fc.uniqueArray(
  fc.record({
    account: fc.constantFrom('alice', 'bob', 'carol.two').map(account),
    role: fc.constantFrom('posting' as const, 'active' as const),
    publicKey: fc.constantFrom(
      devchainPublicKey('alice', 'posting'),
      devchainPublicKey('bob', 'active'),
    ),
    secret: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
  }),
  { selector: ({ account: name, role }) => `${name} ${role}`, maxLength: 6 },
)

test('whatever the keys and the password, what goes in comes out', async () => {
  await fc.assert(
    fc.asyncProperty(secretKeys, fc.string({ unit: 'binary' }), async (keys, secret) => {
      const text = formatKeystore(await sealKeys(keys, secret, cost))
      expect(await openKeys(parseKeystore(text)!, secret)).toEqual({ type: 'keys', keys })
    }),
    { numRuns: 8 },
  )
})

test('no byte of the file can be another one, missing, or one too many', async () => {
  const bytes = Buffer.from(formatKeystore(await sealKeys(twoKeys(), password, cost)), 'utf8')
  const place = fc.nat(bytes.length - 1)
  const notice = (altered: Buffer): void =>
    expect(parseKeystore(altered.toString('utf8'))).toBeNull()
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: 255 }), (index, difference) => {
      const flipped = Buffer.from(bytes)
      flipped[index] = flipped[index]! ^ difference
      notice(flipped)
      notice(Buffer.concat([bytes.subarray(0, index), bytes.subarray(index + 1)]))
      notice(
        Buffer.concat([bytes.subarray(0, index), Buffer.of(difference), bytes.subarray(index)]),
      )
      notice(bytes.subarray(0, index))
    }),
    { numRuns: 2_000 },
  )
})

/** What somebody without the password can write: a file that is whole and adds up, but is not the owner's. */
const forgeries: readonly [string, (file: KeystoreFile) => KeystoreFile][] = [
  [
    'another account',
    (file) => ({
      ...file,
      keys: file.keys.map((key) => ({ ...key, account: account('mallory') })),
    }),
  ],
  [
    'another role',
    (file) => ({ ...file, keys: file.keys.map((key) => ({ ...key, role: 'active' as const })) }),
  ],
  [
    'another public key',
    (file) => ({
      ...file,
      keys: file.keys.map((key) => ({ ...key, publicKey: devchainPublicKey('carol', 'memo') })),
    }),
  ],
  ['another order', (file) => ({ ...file, keys: file.keys.toReversed() })],
  ['a key less', (file) => ({ ...file, keys: file.keys.slice(1) })],
  [
    'a key less, its secret too',
    (file) => ({ ...file, keys: file.keys.slice(1), sealed: cut(file.sealed, 32) }),
  ],
  ['half the secrets', (file) => ({ ...file, sealed: cut(file.sealed, 16) })],
  ['nothing sealed', (file) => ({ ...file, sealed: Buffer.alloc(16).toString('base64') })],
  [
    'another nonce',
    (file) => ({ ...file, cipher: { ...file.cipher, nonce: Buffer.alloc(12).toString('base64') } }),
  ],
]

const cut = (sealed: string, bytes: number): string =>
  Buffer.from(sealed, 'base64').subarray(bytes).toString('base64')

describe('a forged file', () => {
  test.each(forgeries)('with %s does not open, though its checksum is right', async (_, forge) => {
    const file = await sealKeys(twoKeys(), password, cost)
    const forged = parseKeystore(formatKeystore(forge(file)))!
    expect(await openKeys(forged, password)).toEqual({ type: 'altered' })
  })

  test('with a cheaper derivation does not open by the password', async () => {
    const file = await sealKeys(twoKeys(), password, 2 ** 15)
    const forged = { ...file, kdf: { ...file.kdf, cost } as const }
    expect(await openKeys(forged, password)).toEqual({ type: 'password-wrong' })
  })

  test.each([2 ** 10, 2 ** 24, 2 ** 14 + 1])(
    'that asks for a cost of %i is none',
    async (asked) => {
      const file = await sealKeys(twoKeys(), password, cost)
      const forged = { ...file, kdf: { ...file.kdf, cost: asked } } as unknown as KeystoreFile
      expect(parseKeystore(formatKeystore(forged))).toBeNull()
    },
  )

  test('is told from a wrong password', async () => {
    await using folder = await aDirectory()
    const path = await aKeystore(folder.path)
    const file = parseKeystore(await readFile(path, 'utf8'))!
    await writeFile(path, formatKeystore({ ...file, keys: file.keys.toReversed() }))
    await expect(openKeystore(path, password)).rejects.toMatchObject({
      code: 'keystore-damaged',
      message: expect.stringContaining('altered'),
    })
    await expect(openKeystore(path, 'not it')).rejects.toMatchObject({ code: 'password-wrong' })
  })
})
