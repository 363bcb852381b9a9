import { cryptoUtils, PrivateKey } from '@hiveio/dhive'
import { expect, test } from 'vitest'
import type { PostingAuthority } from '#market/ports/posting-authority.ts'
import { createAccounts } from '#node/chain/accounts.ts'
import { createPostingAuthority } from '#node/chain/posting-authority.ts'
import type { KeyRole } from '#node/devchain/keys.ts'
import { devchainKey, devchainPublicKey } from '#node/devchain/keys.ts'
import { Signature } from '#protocol/envelope.ts'
import { account, alice, bob } from '../../support/builders.ts'
import { aChainNode } from '../../support/chain-node.ts'
import type { TestDevchain } from '../../support/devchain.ts'
import { aDevchain } from '../../support/devchain.ts'

const message = 'Sign in to market.example as @alice\n\nÜber den Wolken 🎬'

const signed = (key: PrivateKey, text = message): Signature =>
  Signature.parse(key.sign(cryptoUtils.sha256(text)).toString())

const by = (name: string, role: KeyRole = 'posting'): Signature => signed(devchainKey(name, role))

async function withAuthority(
  use: (authority: PostingAuthority, chain: TestDevchain) => Promise<void>,
): Promise<void> {
  await using chain = await aDevchain()
  chain.produceBlocks(1)
  await using node = aChainNode({ urls: [chain.url] })
  const options = { ttlMs: 1_000, limit: 10 }
  const accounts = createAccounts({ rpc: node.rpc, now: () => 0 }, options)
  await use(createPostingAuthority({ accounts }), chain)
}

test('an account is believed by its posting key and by no other', async () => {
  await withAuthority(async ({ verifies }) => {
    expect(await verifies(alice, message, [by('alice')])).toBe(true)
    for (const role of ['owner', 'active', 'memo'] as const)
      expect(await verifies(alice, message, [by('alice', role)])).toBe(false)
    expect(await verifies(alice, message, [by('bob')])).toBe(false)
    expect(await verifies(bob, message, [by('alice')])).toBe(false)
    expect(await verifies(account('nobody'), message, [by('alice')])).toBe(false)
  })
})

test('a signature of another message, or of none, is worth nothing', async () => {
  await withAuthority(async ({ verifies }) => {
    expect(await verifies(alice, `${message} `, [by('alice')])).toBe(false)
    expect(await verifies(alice, message, [])).toBe(false)
    const noise = Signature.parse('00'.repeat(65))
    expect(await verifies(alice, message, [noise])).toBe(false)
    expect(await verifies(alice, message, [by('alice'), noise])).toBe(false)
  })
})

test('weights of keys add up to the threshold, each once, and lent authority does not count', async () => {
  await withAuthority(async ({ verifies }, chain) => {
    const [heavy, light] = ['heavy', 'light'].map((seed) => PrivateKey.fromSeed(seed))
    if (!heavy || !light) throw new Error('two keys were made')
    const weights = new Map([
      [heavy.createPublic().toString(), 2],
      [light.createPublic().toString(), 1],
    ])
    const posting = {
      weight_threshold: 3,
      account_auths: [['bob', 3] as [string, number]],
      key_auths: [...weights].sort(([one], [other]) => (one < other ? -1 : 1)),
    }
    const memo_key = devchainPublicKey('alice', 'memo')
    await chain.broadcast(
      [['account_update', { account: 'alice', posting, memo_key, json_metadata: '' }]],
      'alice',
    )
    chain.produceBlocks(1)
    expect(await verifies(alice, message, [signed(heavy), signed(light)])).toBe(true)
    expect(await verifies(alice, message, [signed(heavy)])).toBe(false)
    expect(await verifies(alice, message, [signed(heavy), signed(heavy)])).toBe(false)
    expect(await verifies(alice, message, [by('bob')])).toBe(false)
    expect(await verifies(alice, message, [by('alice')])).toBe(false)
  })
})
