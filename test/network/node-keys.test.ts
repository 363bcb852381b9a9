import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { devchainKey, devchainPublicKey, devchainSecret } from '#node/devchain/keys.ts'
import { changeKeystore } from '#node/keystore/keystore.ts'
import { networks } from '#node/networks.ts'
import { account } from '../support/builders.ts'
import { runCommand, startCommand } from '../support/command.ts'
import type { TestDevchain } from '../support/devchain.ts'
import { aDevchain } from '../support/devchain.ts'
import { aDirectory } from '../support/directory.ts'
import { until } from '../support/peers.ts'
import { aPublicNode } from '../support/public-node.ts'

/** Real nodes, and what they do with the keys that they are given. */

const roles = ['posting', 'active'] as const
const password = 'zebra-quartz-lantern-19'
let chain: TestDevchain

beforeAll(async () => {
  chain = await aDevchain({
    accounts: { alice: {}, bob: {}, dora: {} },
    pace: { type: 'interval', seconds: 0.25 },
  })
})
afterAll(() => chain?.[Symbol.asyncDispose]())

const keysOf = (name: string, of: readonly (typeof roles)[number][] = roles) =>
  Object.fromEntries(
    of.map((role) => [`SPK_${role.toUpperCase()}_KEY`, devchainKey(name, role).toString()]),
  )

const nodeLine = (name: string, role: string, folder: string): readonly string[] => [
  ...['node', '--account', name, '--role', role, '--data', join(folder, 'data')],
  ...['--rpc', chain.url, '--workers', '1', '--hardware', 'off', '--poll', '100'],
]

async function aKeystore(folder: string, name: string): Promise<string> {
  const path = join(folder, 'keystore.json')
  await changeKeystore({ path, password, cost: 2 ** 14 }, () =>
    roles.map((role) => ({
      account: account(name),
      role,
      publicKey: devchainPublicKey(name, role),
      secret: devchainSecret(name, role),
    })),
  )
  return path
}

const isRegistered = async (name: string): Promise<boolean> => {
  const history = await chain.client.database.getAccountHistory(name, -1, 100)
  return history.some(([, { op }]) => op[0] === 'custom_json')
}

/** Every way in which a node may be asked to write down what it has in memory, short of a picture of the memory itself. */
const talkative = (reports: string): Readonly<Record<string, string>> => ({
  SPK_LOG_LEVEL: 'debug',
  DEBUG: '*',
  NODE_OPTIONS: [
    '--report-on-signal --report-uncaught-exception --report-on-fatalerror',
    `--report-directory=${reports}`,
    `--import=data:text/javascript,${encodeURIComponent('process.on("SIGWINCH",()=>{throw new Error("on-purpose")})')}`,
  ].join(' '),
})

/** The middle half of a secret in the forms in which a careless program shows it: what is shown in part is shown. */
function formsOf(whole: Buffer): readonly Buffer[] {
  const secret = whole.subarray(whole.length / 4, (whole.length * 3) / 4)
  const shifted = [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), secret])
    const inside = (text: string) => text.slice(Math.ceil((shift * 8) / 6), -4)
    return [inside(bytes.toString('base64')), inside(bytes.toString('base64url'))]
  })
  const hex = secret.toString('hex')
  const decimals = [',', ', '].map((comma) => [...secret].join(comma))
  const texts = [hex, hex.toUpperCase(), hex.replace(/..(?=.)/g, '$& '), ...decimals, ...shifted]
  return [secret, ...texts.map((text) => Buffer.from(text))]
}

const secretsOf = (name: string): readonly Buffer[] =>
  roles.flatMap((role) => [
    devchainSecret(name, role),
    Buffer.from(devchainKey(name, role).toString()),
  ])

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

type Secrets = {
  readonly options: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

const ways: readonly [way: string, name: string, give: (folder: string) => Promise<Secrets>][] = [
  [
    'keys from the environment',
    'alice',
    async () => ({ options: [], environment: keysOf('alice') }),
  ],
  [
    'keys of a keystore, and its password from the environment',
    'bob',
    async (folder) => ({
      options: ['--keystore', await aKeystore(folder, 'bob')],
      environment: { SPK_KEYSTORE_PASSWORD: password },
    }),
  ],
]

describe('a node that tells all it can, and dies of what nobody foresaw, keeps to itself', () => {
  test.each(ways)('%s', async (_, name, give) => {
    await using folder = await aDirectory()
    await using reports = await aDirectory()
    const { options, environment } = await give(folder.path)
    const node = startCommand([...nodeLine(name, 'encoder', folder.path), ...options], {
      ...talkative(reports.path),
      ...environment,
    })
    await until(() => isRegistered(name))
    node.process.kill('SIGUSR2')
    await until(async () => (await readdir(reports.path)).length > 0)
    node.process.kill('SIGWINCH')
    const { code, stdout, stderr } = await node.ended
    expect(code).not.toBe(0)

    const kept = [...(await filesBelow(join(folder.path, 'data')))]
    const reported = await filesBelow(reports.path)
    const told = [
      Buffer.from(stdout),
      Buffer.from(stderr),
      ...(await Promise.all([...kept, ...reported].map((file) => readFile(file)))),
    ]
    // Where secrets would be, everything else is.
    expect(stdout).toContain(devchainPublicKey(name, 'active'))
    expect(stderr).toContain('"level":20')
    expect(stderr).toContain('libp2p:')
    expect(stderr).toContain('on-purpose')
    expect(reported).toHaveLength(2)
    for (const file of reported) {
      const report = JSON.parse(await readFile(file, 'utf8'))
      expect(report).toHaveProperty('javascriptStack')
      expect(report).not.toHaveProperty('environmentVariables')
    }
    expect(kept.some((file) => file.endsWith('node.sqlite'))).toBe(true)
    for (const form of [...secretsOf(name), Buffer.from(password)].flatMap(formsOf))
      expect(told.some((bytes) => bytes.includes(form))).toBe(false)
  })
})

describe('a node starts only with keys that can do what it is for', () => {
  const attempt = async (
    name: string,
    role: string,
    environment: Readonly<Record<string, string>>,
    options: readonly string[] = [],
  ) => {
    await using folder = await aDirectory()
    const line = [...nodeLine(name, role, folder.path), ...options]
    return await runCommand(line, {
      SPK_DATA: folder.path,
      SPK_LOG_LEVEL: 'silent',
      ...environment,
    })
  }

  test.each<[string, string, Record<string, string>, RegExp]>([
    ['without any', 'creator', {}, /^key-missing: .*keys import --account dora --role posting/],
    ['with the active key alone', 'creator', keysOf('dora', ['active']), /^key-missing: /],
    [
      'of an arbiter without the active key',
      'arbiter',
      keysOf('dora', ['posting']),
      /^key-missing: An arbiter .*keys import --account dora --role active/,
    ],
    [
      'with the active key as the posting key',
      'creator',
      { SPK_POSTING_KEY: devchainKey('dora', 'active').toString() },
      /^key-wrong: The posting key given is the active key of @dora\.$/m,
    ],
  ])('and not %s', async (_, role, environment, sentence) => {
    const { code, stderr } = await attempt('dora', role, environment)
    expect(stderr).toMatch(sentence)
    expect(code).toBe(1)
  })

  test('and not with a keystore that nobody opens, or whose password is another', async () => {
    await using folder = await aDirectory()
    const options = ['--keystore', await aKeystore(folder.path, 'dora')]
    const locked = await attempt('dora', 'creator', {}, options)
    expect(locked.stderr).toMatch(/^keystore-locked: /)
    const file = join(folder.path, 'password')
    await writeFile(file, 'another password\n')
    const refused = await attempt('dora', 'creator', {}, [...options, '--password-file', file])
    expect(refused.stderr).toMatch(/^password-wrong: /)
  })

  test('and for an account that there is', async () => {
    const { stderr } = await attempt('nobody', 'gateway', keysOf('nobody'))
    expect(stderr).toMatch(/^option-invalid: There is no account @nobody on this chain\.$/m)
  })
})

describe('on the main network', () => {
  const line = ['node', '--account', 'alice', '--chain', 'mainnet']

  test('a node that can move money starts only with consent', async () => {
    await using folder = await aDirectory()
    const { code, stderr } = await runCommand([...line, '--role', 'arbiter', '--data', folder.path])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^option-invalid: .*--dry-run.*--yes-real-money\.\n$/)
  })

  test('a dry run prints what it would sign, and neither signs nor sends it', async () => {
    await using folder = await aDirectory()
    await using hive = await aPublicNode()
    const dry = startCommand(
      [
        ...[...line, '--role', 'encoder', '--dry-run', '--rpc', hive.url, '--poll', '50'],
        ...['--hardware', 'off', '--workers', '1', '--listen', '/ip4/127.0.0.1/tcp/0'],
      ],
      { SPK_DATA: folder.path, ...keysOf('alice') },
    )
    expect(await dry.line(() => true)).toBe('@alice on mainnet, a dry run')
    const heading = await dry.line((text) => text.startsWith('transaction '))
    expect(heading).toMatch(/^transaction [0-9a-f]{40} for register /)
    expect(await dry.line((text) => text.includes('signed by'))).toMatch(
      /signed by @alice \(posting\)/,
    )
    expect(await dry.line((text) => text.includes('custom_json'))).toMatch(
      /custom_json spk-encoder: \{.*"t":"node.register"/,
    )
    const seen = hive.called.length
    await until(() => hive.called.length > seen + 20)
    dry.process.kill('SIGTERM')
    const { code, stdout } = await dry.ended
    expect(code).toBe(0)
    expect(stdout.match(/^transaction /gm)).toHaveLength(1)
    expect(hive.called.filter((method) => method.includes('broadcast'))).toEqual([])
    expect(hive.called).toContain('account_history_api.enum_virtual_ops')

    const real = await runCommand(
      [
        ...[...line, '--role', 'encoder', '--yes-real-money', '--rpc', hive.url],
        ...['--data', join(folder.path, 'alice_dry-run')],
      ],
      { ...keysOf('alice'), SPK_LOG_LEVEL: 'silent' },
    )
    expect(real.stderr).toMatch(/^data-foreign: .*dry run of beeab0de/)
  })

  test('its nodes, pace and limits are those of the profile', () => {
    const { chainId, rpc, pollMs, reach, limits } = networks.mainnet
    expect(chainId).toMatch(/^beeab0de0{56}$/)
    expect(rpc.length).toBeGreaterThanOrEqual(3)
    for (const url of rpc) expect(url).toMatch(/^https:/)
    expect({ pollMs, reach, escrow: limits.escrow }).toEqual({
      pollMs: 3_000,
      reach: 'anywhere',
      escrow: 10_000n,
    })
  })
})
