import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDataDirectory } from '#node/data-directory.ts'
import { account, alice, bob } from '../../support/builders.ts'
import { aChainNode } from '../../support/chain-node.ts'
import { runCommand } from '../../support/command.ts'
import type { TestDevchain } from '../../support/devchain.ts'
import { aDevchain } from '../../support/devchain.ts'
import { aDirectory } from '../../support/directory.ts'
import type { MarketOnChain } from '../../support/market-on-chain.ts'
import { marketOn } from '../../support/market-on-chain.ts'

const dora = account('dora')
let chain: TestDevchain
let home: Awaited<ReturnType<typeof aDirectory>>
let paid: Awaited<ReturnType<MarketOnChain['job']>>
let disputed: Awaited<ReturnType<MarketOnChain['job']>>

beforeAll(async () => {
  const rich = { hbd: '100.000 HBD', hive: '50.000 HIVE' }
  chain = await aDevchain({ accounts: { alice: rich, bob: {}, carol: {}, dora: {} } })
  chain.produceBlocks(1)
  home = await aDirectory()
  const market = marketOn(chain)
  await market.register(bob, dora)
  const work = { creator: alice, price: 500n } as const
  paid = await market.job({ ...work, number: 1, encoder: bob, ending: 'paid' })
  await market.job({ ...work, number: 2, encoder: dora, ending: 'paid' })
  disputed = await market.job({ ...work, number: 3, encoder: bob, ending: 'disputed' })
  chain.produceBlocks(30)
  await using node = aChainNode({ urls: [chain.url], directory: home.path })
  await node.catchUp()
}, 60_000)
afterAll(async () => {
  await chain?.[Symbol.asyncDispose]()
  await home?.[Symbol.asyncDispose]()
})

const ask = (...flags: readonly string[]) => runCommand(['reputation', ...flags])
const fromChain = (...flags: readonly string[]) => ask(...flags, '--chain', chain.url)

/** The one JSON object that a command printed. */
async function resultOf(end: ReturnType<typeof ask>) {
  const { code, stdout } = await end
  expect(code).toBe(0)
  return JSON.parse(stdout).result
}

describe('spk-encoder reputation', { timeout: 30_000 }, () => {
  test('shows every job behind a score with its transactions, and they come to the score', async () => {
    const { roles, ...about } = await resultOf(fromChain('bob', '--explain', '--json'))
    expect(about).toMatchObject({ account: 'bob', network: 'devchain' })
    expect(roles).toHaveLength(1)
    const [{ role, score, low, high, start, points, jobs, entries }] = roles
    expect({ role, jobs, start }).toEqual({ role: 'encoder', jobs: 2, start: 100 })
    expect(score).toBeGreaterThan(100)
    expect(low).toBeLessThan(score)
    expect(high).toBeGreaterThan(score)
    type Entry = { job: string; added: number; transactions: { at: { transaction: string } }[] }
    const added = (entries as Entry[]).map((entry) => entry.added)
    expect(added.every((value) => value > 0)).toBe(true)
    expect(added.reduce((sum, value) => sum + value, start)).toBeCloseTo(points, 6)
    expect(Math.floor(points)).toBe(score)
    const links = (entries as Entry[]).map(({ job, transactions }) => ({
      job,
      transactions: transactions.map(({ at }) => at.transaction),
    }))
    const [awarded, , accepted, ...rest] = paid.transactions
    const [awardedToo, , acceptedToo, ...restToo] = disputed.transactions
    expect(links).toEqual([
      { job: paid.id, transactions: [awarded, accepted, ...rest] },
      { job: disputed.id, transactions: [awardedToo, acceptedToo, ...restToo] },
    ])
  })

  test('tells people the same in lines without colour', async () => {
    const { code, stdout, stderr } = await fromChain('alice', '--explain')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [first, score, ...lines] = stdout.split('\n')
    expect(first).toMatch(/^@alice as of block \d+, 2026-01-01 \d\d:\d\d:\d\d UTC$/)
    expect(score).toMatch(/^creator {4,}\d+ {2}\(\d+ to \d+\) {2}3 jobs, 1 wrong-dispute$/)
    expect(lines[0]).toBe('    100.000  where everybody begins')
    expect(lines.at(-1)).toMatch(/^ +\d+\.\d{3} {2}in all$/)
    expect(lines.filter((line) => /^ +\+\d+\.\d{3} /.test(line))).toHaveLength(2)
    expect(lines.filter((line) => /^ +-\d+\.\d{3} .* wrong-dispute$/.test(line))).toHaveLength(1)
    for (const transaction of disputed.transactions.toSpliced(1, 1))
      expect(stdout).toContain(transaction)
    expect(stdout).not.toContain('\u001b')
  })

  test('has the same from the directory of a node that was stopped', async () => {
    const data = join(home.path, 'data')
    // A peer calls its database so; the half of one that made this calls it after its account.
    await cp(join(home.path, 'alice.sqlite'), join(data, 'node.sqlite'))
    const flags = ['carol', '--explain', '--json'] as const
    const {
      height: _height,
      time: _time,
      ...stored
    } = await resultOf(ask(...flags, '--data', data))
    expect(await resultOf(fromChain(...flags))).toMatchObject(stored)
    expect(stored.roles).toMatchObject([{ role: 'arbiter', jobs: 3 }])
    using _running = openDataDirectory(data)
    const { code, stderr } = await ask('bob', '--data', data)
    expect({ code, first: stderr.split(':')[0] }).toEqual({ code: 2, first: 'data-locked' })
  })

  test('tells programs of an error as it tells them of a result', async () => {
    const { code, stdout } = await ask('bob', '--json', '--data', '/nowhere')
    expect({ code, told: JSON.parse(stdout) }).toMatchObject({
      code: 2,
      told: { error: { code: 'option-invalid' } },
    })
  })

  test('says where an account begins that nobody has dealt with', async () => {
    const { code, stdout } = await fromChain('nobody')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^@nobody has dealt with nobody as of block \d+, .*, at 100 of 1000\.$/)
  })

  test.each([
    ['from nowhere', ['--chain', 'http://127.0.0.1:9'], 'chain-unavailable'],
    ['from another chain', ['--network', 'mainnet', '--chain', 'CHAIN'], 'chain-foreign'],
    ['from a directory that is none', ['--data', '/nowhere'], 'option-invalid'],
    ['from two places', ['--data', '/nowhere', '--chain', 'CHAIN'], 'option-invalid'],
  ])('asked %s ends with one sentence', async (_, flags, code) => {
    const asked = flags.map((flag) => (flag === 'CHAIN' ? chain.url : flag))
    const { code: exit, stdout, stderr } = await ask('bob', ...asked)
    expect({ exit, stdout, error: stderr.split(':')[0] }).toEqual({
      exit: 2,
      stdout: '',
      error: code,
    })
  })
})
