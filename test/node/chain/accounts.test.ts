import { describe, expect, test } from 'vitest'
import { createAccounts } from '#node/chain/accounts.ts'
import { createEnvelopeSigner, isSealed } from '#node/chain/envelopes.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { devchainKey, devchainPublicKey } from '#node/devchain/keys.ts'
import { aBid, account, alice, bob } from '../../support/builders.ts'
import { aChainNode } from '../../support/chain-node.ts'
import { aDevchain } from '../../support/devchain.ts'
import { aLocalSigner } from '../../support/local-signer.ts'
import type { LyingRpc } from '../../support/lying-rpc.ts'
import { aLyingRpc, answer } from '../../support/lying-rpc.ts'
import { sealed } from '../../support/sealed.ts'

const nobody = account('nobody')

async function withAccounts(
  use: (setting: {
    readonly accounts: ReturnType<typeof createAccounts>
    readonly endpoint: LyingRpc
    readonly clock: { now: number }
    readonly chain: Awaited<ReturnType<typeof aDevchain>>
  }) => Promise<void>,
): Promise<void> {
  await using chain = await aDevchain()
  chain.produceBlocks(1)
  await using endpoint = await aLyingRpc(chain.url)
  await using node = aChainNode({ urls: [endpoint.url] })
  const clock = { now: 0 }
  const accounts = createAccounts(
    { rpc: node.rpc, now: () => clock.now },
    { ttlMs: 1_000, limit: 2 },
  )
  await use({ accounts, endpoint, clock, chain })
}

const lookups = ({ heard }: LyingRpc): number =>
  heard.filter(({ method }) => method === 'condenser_api.get_accounts').length

test('a balance is asked for anew each time', async () => {
  await withAccounts(async ({ accounts, chain }) => {
    expect(await accounts.balanceOf(alice)).toBe(100_000n)
    await chain.broadcast(
      [['transfer', { from: 'alice', to: 'bob', amount: '1.234 HBD', memo: '' }]],
      'alice',
    )
    chain.produceBlocks(1)
    expect(await accounts.balanceOf(alice)).toBe(98_766n)
    expect(await accounts.balanceOf(bob)).toBe(1_234n)
  })
})

test('an account that does not exist has no balance and no authority', async () => {
  await withAccounts(async ({ accounts }) => {
    await expect(accounts.balanceOf(nobody)).rejects.toMatchObject({ code: 'option-invalid' })
    expect(await accounts.isAuthorised(nobody, 'posting', [])).toBe(false)
  })
})

test('roles are strict, and no key is enough for nobody', async () => {
  await withAccounts(async ({ accounts }) => {
    const key = (role: 'posting' | 'active') => devchainPublicKey('alice', role)
    expect(await accounts.isAuthorised(alice, 'posting', [key('posting')])).toBe(true)
    expect(await accounts.isAuthorised(alice, 'posting', [key('active')])).toBe(false)
    expect(await accounts.isAuthorised(alice, 'active', [key('posting')])).toBe(false)
    expect(await accounts.isAuthorised(alice, 'active', [])).toBe(false)
    expect(await accounts.isAuthorised(bob, 'posting', [key('posting')])).toBe(false)
  })
})

test('two keys of half the weight are enough together, and each counts once', async () => {
  await withAccounts(async ({ accounts, chain }) => {
    const [one, two] = [devchainPublicKey('bob', 'posting'), devchainPublicKey('alice', 'posting')]
    const posting = {
      weight_threshold: 2,
      account_auths: [],
      key_auths: [one, two].sort().map((key): [string, number] => [key, 1]),
    }
    const memo_key = devchainPublicKey('alice', 'memo')
    await chain.broadcast(
      [['account_update', { account: 'alice', posting, memo_key, json_metadata: '' }]],
      'alice',
    )
    chain.produceBlocks(1)
    expect(await accounts.isAuthorised(alice, 'posting', [one, two])).toBe(true)
    expect(await accounts.isAuthorised(alice, 'posting', [one, one])).toBe(false)
  })
})

test.each([
  ['that asks for nothing', 0, 1],
  ['whose keys never add up', 4, 3],
  ['without keys', 1, 0],
])('an authority %s is nobody’s to sign by', async (_, threshold, weight) => {
  await withAccounts(async ({ accounts, endpoint, chain }) => {
    const key = devchainPublicKey('alice', 'posting')
    const [known] = (await chain.call('condenser_api.get_accounts', [['alice']])) as object[]
    const posting = {
      weight_threshold: threshold,
      account_auths: [],
      key_auths: weight === 0 ? [] : [[key, weight]],
    }
    endpoint.lie(({ method }) =>
      method === 'condenser_api.get_accounts' ? answer([{ ...known, posting }]) : null,
    )
    for (const keys of [[key], [devchainPublicKey('bob', 'posting')], []])
      expect(await accounts.isAuthorised(alice, 'posting', keys)).toBe(false)
    expect(
      await accounts.isAuthorised(alice, 'active', [devchainPublicKey('alice', 'active')]),
    ).toBe(true)
  })
})

describe('authorities', () => {
  const keys = [devchainPublicKey('alice', 'posting')]

  test('are remembered for their time, and asked for once by many at a time', async () => {
    await withAccounts(async ({ accounts, endpoint, clock }) => {
      const ask = () => accounts.isAuthorised(alice, 'posting', keys)
      expect(await Promise.all([ask(), ask(), ask()])).toEqual([true, true, true])
      clock.now = 999
      await ask()
      expect(lookups(endpoint)).toBe(1)
      clock.now = 1_000
      await ask()
      expect(lookups(endpoint)).toBe(2)
    })
  })

  test('of the account longest known are forgotten first', async () => {
    await withAccounts(async ({ accounts, endpoint }) => {
      for (const name of ['alice', 'bob', 'arbiter'])
        await accounts.isAuthorised(account(name), 'posting', keys)
      await accounts.isAuthorised(account('arbiter'), 'posting', keys)
      await accounts.isAuthorised(bob, 'posting', keys)
      expect(lookups(endpoint)).toBe(3)
      await accounts.isAuthorised(alice, 'posting', keys)
      expect(lookups(endpoint)).toBe(4)
    })
  })

  test('that could not be asked for are no answer, and are asked for again', async () => {
    await withAccounts(async ({ accounts, endpoint }) => {
      endpoint.lie(() => ({ type: 'cut' }))
      const ask = () => accounts.isAuthorised(alice, 'posting', keys)
      await expect(ask()).rejects.toMatchObject({ code: 'chain-unavailable' })
      endpoint.lie(null)
      expect(await ask()).toBe(true)
    })
  })
})

test('an envelope is sealed by its author, for its chain and as it is', async () => {
  await withAccounts(async ({ accounts }) => {
    const signer = createEnvelopeSigner(bob, aLocalSigner('bob'), devchainChainId)
    const envelope = await signer.seal(aBid())
    expect(envelope).toEqual(sealed('bob', aBid()))
    expect(await isSealed(envelope, accounts, devchainChainId)).toBe(true)
    expect(await isSealed(envelope, accounts, 'f'.repeat(64))).toBe(false)
    expect(await isSealed({ ...envelope, author: alice }, accounts, devchainChainId)).toBe(false)
    const dearer = { ...envelope, body: { ...envelope.body, speed: 1 } }
    expect(await isSealed(dearer, accounts, devchainChainId)).toBe(false)
    const active = sealed('bob', aBid(), { key: devchainKey('bob', 'active') })
    expect(await isSealed(active, accounts, devchainChainId)).toBe(false)
    const noise = { ...envelope, signature: '00'.repeat(65) as never }
    expect(await isSealed(noise, accounts, devchainChainId)).toBe(false)
  })
})

test('nothing is sealed without the posting key', async () => {
  const signer = createEnvelopeSigner(bob, aLocalSigner('bob', ['active']), devchainChainId)
  await expect(signer.seal(aBid())).rejects.toMatchObject({
    code: 'signature-refused',
    message: expect.stringContaining('--role posting'),
  })
})

test('resource credits grow again by the second, and never above what there is', async () => {
  await withAccounts(async ({ accounts, endpoint, clock }) => {
    const full = 432_000_000
    let mana: number | string = 1_000
    endpoint.lie(({ method }) =>
      method === 'rc_api.find_rc_accounts'
        ? answer({
            rc_accounts: [
              { rc_manabar: { current_mana: mana, last_update_time: 100 }, max_rc: `${full}` },
            ],
          })
        : null,
    )
    clock.now = 100_000
    expect(await accounts.creditsOf(alice)).toBe(1_000n)
    clock.now = 107_000
    expect(await accounts.creditsOf(alice)).toBe(8_000n)
    mana = `${full}`
    expect(await accounts.creditsOf(alice)).toBe(BigInt(full))
    endpoint.lie(null)
    expect(await accounts.creditsOf(alice)).toBe(1_000_000_000_000n)
    await expect(accounts.creditsOf(nobody)).rejects.toMatchObject({ code: 'option-invalid' })
  })
})
