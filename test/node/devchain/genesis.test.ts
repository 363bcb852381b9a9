import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { genesisFingerprint, loadGenesis, parseGenesis } from '#node/devchain/genesis.ts'
import { devchainKey, keyRoles } from '#node/devchain/keys.ts'
import { aDevchain } from '../../support/devchain.ts'

const alice = { hbd: '100.000 HBD', hive: '50.000 HIVE' }

test('accounts own what the genesis says and have the keys that everybody knows', async () => {
  await using chain = await aDevchain({ accounts: { alice, bob: {} } })
  const [account, poor] = await chain.client.database.getAccounts(['alice', 'bob'])
  expect(account).toMatchObject({ hbd_balance: '100.000 HBD', balance: '50.000 HIVE' })
  expect(poor).toMatchObject({ hbd_balance: '0.000 HBD', balance: '0.000 HIVE' })
  const keys = [account?.owner, account?.active, account?.posting].map((role) => role?.key_auths[0])
  expect([...keys.map((auth) => auth?.[0]), account?.memo_key]).toEqual(
    keyRoles.map((role) => devchainKey('alice', role).createPublic().toString()),
  )
})

test('a manual chain begins on a fixed day, or when its genesis says', async () => {
  await using usual = await aDevchain()
  await using later = await aDevchain({ time: '2026-06-01T12:00:00' })
  const times = [usual, later].map(({ head }) => new Date(head.time * 1000).toISOString())
  expect(times).toEqual(['2026-01-01T00:00:00.000Z', '2026-06-01T12:00:00.000Z'])
})

test('a chain at an interval begins now', async () => {
  const pace = { type: 'interval', seconds: 3_600 } as const
  await using chain = await aDevchain({ pace, now: () => Date.parse('2026-03-04T05:06:08Z') })
  expect(chain.head.time).toBe(Date.parse('2026-03-04T05:06:06Z') / 1000)
})

describe('a bad genesis is one clear sentence', () => {
  test.for([
    [{}, 'The genesis is not valid: accounts: '],
    [{ accounts: { alice }, extra: 1 }, 'Unrecognized key: "extra"'],
    [{ accounts: { alice: { ...alice, btc: '1' } } }, 'accounts.alice: Unrecognized key: "btc"'],
    [{ accounts: { alice: { hbd: '1.0 HBD' } } }, 'accounts.alice.hbd: not an amount like'],
    [{ accounts: { alice: { hbd: '1.000 HIVE' } } }, 'accounts.alice.hbd: not an amount like'],
    [{ accounts: { alice: { hive: 5 } } }, 'accounts.alice.hive: '],
    [{ accounts: { Al: {} } }, 'accounts.Al: not a Hive account name.'],
    [{ accounts: { al_ice: {} } }, 'not a Hive account name'],
    [{ accounts: { initminer: {} } }, 'accounts.initminer: the chain itself has this account.'],
    [{ accounts: { alice }, time: '2026-01-01' }, 'time: not a time like'],
  ] as const)('%j', ([json, sentence]) => {
    expect(() => parseGenesis(json, 'The genesis')).toThrow(sentence)
  })

  test('so is a file that is not JSON', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'devchain-')), 'genesis.json')
    writeFileSync(file, '{')
    expect(() => loadGenesis(file)).toThrow(`The genesis file ${file} can not be read: `)
  })
})

test('the order of accounts does not make another chain, but an amount does', () => {
  const of = (accounts: object) => genesisFingerprint(parseGenesis({ accounts }, 'The genesis'))
  expect(of({ alice, bob: {} })).toBe(of({ bob: {}, alice }))
  expect(of({ alice })).not.toBe(of({ alice: { ...alice, hbd: '100.001 HBD' } }))
})
