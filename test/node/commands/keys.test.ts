import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { devchainKey, devchainPublicKey, devchainSecret } from '#node/devchain/keys.ts'
import { openKeystore } from '#node/keystore/keystore.ts'
import { runCommand, runInTerminal } from '../../support/command.ts'
import { aDirectory } from '../../support/directory.ts'

const password = 'a password of some length'
const wif = devchainKey('alice', 'posting').toString()
const publicKey = devchainPublicKey('alice', 'posting')
const ofAlice = ['--account', 'alice', '--role', 'posting'] as const

type Keys = {
  readonly path: string
  readonly folder: string
  readonly run: (line: readonly string[], input?: string) => ReturnType<typeof runCommand>
}

/** `spk-encoder keys` with a keystore of its own, its password in the environment, and nobody in front of it. */
async function withKeys(
  use: (keys: Keys) => Promise<void>,
  environment: Readonly<Record<string, string>> = { SPK_KEYSTORE_PASSWORD: password },
): Promise<void> {
  await using folder = await aDirectory()
  await use({
    folder: folder.path,
    path: join(folder.path, '_keystore.json'),
    run: (line, input) =>
      runCommand(['keys', ...line], { SPK_DATA: folder.path, ...environment }, input),
  })
}

const secretsIn = (path: string, secret: string) => openKeystore(path, secret)

describe('spk-encoder keys', () => {
  test('imports a key from standard input, lists it, and removes it', async () => {
    await withKeys(async ({ path, run }) => {
      expect(await run(['import', ...ofAlice], `${wif}\n`)).toEqual({
        code: 0,
        stdout: `The posting key ${publicKey} of @alice is in the keystore ${path}.`,
        stderr: '',
      })
      expect((await stat(path)).mode & 0o777).toBe(0o600)
      expect((await run(['list'])).stdout).toBe(`@alice  posting  ${publicKey}`)
      const json = JSON.parse((await run(['list', '--json'])).stdout)
      expect(json).toEqual([{ account: 'alice', role: 'posting', publicKey }])
      const [kept] = await secretsIn(path, password)
      expect(kept?.secret).toEqual(devchainSecret('alice', 'posting'))
      expect((await run(['remove', ...ofAlice])).code).toBe(0)
      expect((await run(['list'])).stdout).toContain('has no keys')
      expect(await run(['remove', ...ofAlice])).toMatchObject({
        code: 1,
        stderr: 'key-missing: The keystore has no posting key of @alice.\n',
      })
    })
  })

  test('changes the password by files, as a container is given them', async () => {
    await withKeys(async ({ path, folder, run }) => {
      const [old, young] = [join(folder, 'old'), join(folder, 'young')]
      await writeFile(old, `${password}\n`)
      await writeFile(young, 'another password\r\nand a line that is none of it\n')
      await run(['import', ...ofAlice, '--password-file', old], wif)
      const files = ['--password-file', old, '--new-password-file', young]
      expect((await run(['change-password', ...files])).code).toBe(0)
      expect(await secretsIn(path, 'another password')).toHaveLength(1)
      await expect(secretsIn(path, password)).rejects.toMatchObject({ code: 'password-wrong' })
    }, {})
  })

  test('takes another key in the place of one only when it is told to', async () => {
    await withKeys(async ({ run }) => {
      await run(['import', ...ofAlice], wif)
      const other = devchainKey('alice', 'memo').toString()
      const refused = await run(['import', ...ofAlice], other)
      expect(refused.stderr).toMatch(/^option-invalid: .*another posting key.*--replace/)
      expect((await run(['import', ...ofAlice, '--replace'], other)).code).toBe(0)
      expect((await run(['list'])).stdout).toContain(devchainPublicKey('alice', 'memo'))
    })
  })

  test('refuses the key of one role as that of another', async () => {
    await withKeys(async ({ run }) => {
      await run(['import', ...ofAlice], wif)
      const refused = await run(['import', '--account', 'alice', '--role', 'active'], wif)
      expect(refused.stderr).toMatch(/^key-wrong: This is the posting key of @alice/)
    })
  })

  test('neither repeats nor keeps what is no key', async () => {
    await withKeys(async ({ path, run }) => {
      const typo = `${wif.slice(0, -1)}${wif.endsWith('2') ? '3' : '2'}`
      const refused = await run(['import', ...ofAlice], typo)
      expect(refused).toMatchObject({ code: 1, stdout: '' })
      expect(refused.stderr).toMatch(/^key-wrong: /)
      expect(refused.stderr).not.toContain(typo.slice(1, 20))
      await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' })
    })
  })

  test('takes no key as an argument', async () => {
    await withKeys(async ({ run }) => {
      expect((await run(['import', ...ofAlice, wif])).stderr).toMatch(/^option-invalid: Too many/)
    })
  })
})

describe('what cannot be done is told in one sentence', () => {
  test('without a password', async () => {
    await withKeys(async ({ run }) => {
      const refused = await run(['import', ...ofAlice], wif)
      expect(refused.stderr).toMatch(/^keystore-locked: .*SPK_KEYSTORE_PASSWORD.*terminal\.\n$/)
    }, {})
  })

  test('with a password that is too short', async () => {
    await withKeys(
      async ({ run }) =>
        expect((await run(['import', ...ofAlice], wif)).stderr).toBe(
          "option-invalid: A keystore's password has at least 12 characters.\n",
        ),
      { SPK_KEYSTORE_PASSWORD: 'short' },
    )
  })

  test('with another password', async () => {
    await withKeys(async ({ path, folder, run }) => {
      await run(['import', ...ofAlice], wif)
      const before = await readFile(path)
      const wrong = join(folder, 'wrong')
      await writeFile(wrong, 'not the password')
      const refused = await run(['remove', ...ofAlice, '--password-file', wrong])
      expect(refused.stderr).toBe(
        `password-wrong: This is not the password of the keystore ${path}.\n`,
      )
      expect(await readFile(path)).toEqual(before)
    })
  })

  test('without a keystore', async () => {
    await withKeys(async ({ run }) => {
      for (const line of [['list'], ['change-password']])
        expect((await run(line)).stderr).toMatch(/^keystore-missing: .*keys import makes it\.\n$/)
    })
  })
})

describe('in a terminal', () => {
  const typed = [
    ['Private posting key of @alice: ', `${wif}\r`],
    ['New password', `${password}\r`],
    ['The same again: ', `${password}\r`],
  ] as const

  test('key and password are asked for and not shown', async () => {
    await withKeys(async ({ path, folder }) => {
      const line = ['keys', 'import', ...ofAlice]
      const { code, shown } = await runInTerminal(line, typed, { SPK_DATA: folder })
      expect(code).toBe(0)
      expect(shown).toContain(`The posting key ${publicKey} of @alice`)
      expect(shown).not.toContain(wif)
      expect(shown).not.toContain(password)
      expect(await secretsIn(path, password)).toHaveLength(1)
    })
  })

  test('two passwords that differ, and Ctrl-C, change nothing', async () => {
    await withKeys(async ({ path, folder }) => {
      const run = (answers: Parameters<typeof runInTerminal>[1]) =>
        runInTerminal(['keys', 'import', ...ofAlice], answers, { SPK_DATA: folder })
      const differing = await run([...typed.slice(0, 2), ['The same again: ', 'another one\r']])
      expect(differing.shown).toContain('password-wrong: The two passwords differ')
      const interrupted = await run([typed[0], ['New password', '\u0003']])
      expect(interrupted.shown).toContain('cancelled: Nothing was changed.')
      for (const { code } of [differing, interrupted]) expect(code).toBe(1)
      await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' })
    })
  })
})
