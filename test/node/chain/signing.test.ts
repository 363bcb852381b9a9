import { describe, expect, test } from 'vitest'
import { customJson, escrowRelease, escrowTransfer } from '#market/domain/hive-operations.ts'
import { authorsOf } from '#node/chain/authors.ts'
import { describeTransaction } from '#node/chain/describe-transaction.ts'
import { limitSpending } from '#node/chain/spending-limit.ts'
import { signTransaction, transactionSigners } from '#node/chain/transactions.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { devchainKey, devchainPublicKey } from '#node/devchain/keys.ts'
import type { Signer } from '#protocol/signer.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import {
  alice,
  anAward,
  aRegistration,
  bob,
  carol,
  escrowId,
  hashHex,
  hbd,
  jobId,
  time,
} from '../../support/builders.ts'
import type { ChainNode } from '../../support/chain-node.ts'
import { aChainNode } from '../../support/chain-node.ts'
import type { TestDevchain } from '../../support/devchain.ts'
import { aDevchain, keyOf } from '../../support/devchain.ts'
import { aLocalSigner } from '../../support/local-signer.ts'
import { testNetwork } from '../../support/test-chain.ts'

const register = customJson(testNetwork.operationId, alice, aRegistration())
const award = customJson(testNetwork.operationId, alice, anAward())
const parties = { from: alice, to: bob, agent: carol, escrow: escrowId(7) }
const funding = (amount: bigint, fee: bigint): HiveOperation =>
  escrowTransfer({
    ...parties,
    amount: hbd(amount),
    fee: hbd(fee),
    meta: { app: testNetwork.operationId, job: jobId('alice'), bid: hashHex('bid') },
    ratificationDeadline: time(1_767_225_700),
    expiration: time(1_767_225_800),
  })
const release = escrowRelease(parties, { who: alice, receiver: bob, amount: hbd(1_000n) })

type Setting = { readonly node: ChainNode; readonly chain: TestDevchain }

/** A node of alice's that has seen a block, with this signer. */
async function withSigner(signer: Signer, use: (setting: Setting) => Promise<void>): Promise<void> {
  await using chain = await aDevchain()
  chain.produceBlocks(1)
  await using node = aChainNode({ urls: [chain.url], signer })
  await node.catchUp()
  await use({ node, chain })
}

const submit = (
  { outbox }: ChainNode,
  operations: readonly HiveOperation[],
  roles: readonly ('posting' | 'active')[],
) => outbox.submit({ key: 'k', account: alice, roles, operations })

describe('who signs', () => {
  test('is in the operations, each once', () => {
    expect(authorsOf([register, release, funding(1n, 0n), award])).toEqual([
      { account: alice, role: 'posting' },
      { account: alice, role: 'active' },
    ])
  })

  test('is nobody for what the market has no use for', () => {
    const transfer: HiveOperation = ['transfer', { from: 'alice', to: 'bob', amount: '1.000 HBD' }]
    expect(() => authorsOf([transfer])).toThrow('nobody signs transfer')
  })

  test('is never more than the service meant', async () => {
    await withSigner(aLocalSigner('alice'), async ({ node }) => {
      expect(() => submit(node, [release], ['posting'])).toThrow('meant to sign as alice active')
      const foreign = escrowRelease(parties, { who: bob, receiver: alice, amount: hbd(1n) })
      expect(() => submit(node, [foreign], ['active'])).toThrow('meant to sign as bob active')
      expect(node.outboxStore.undecided()).toEqual([])
    })
  })
})

describe('a transaction', () => {
  test('is stored before it is signed, and has the same id then', async () => {
    await withSigner(aLocalSigner('alice'), async ({ node }) => {
      const entry = submit(node, [register], ['posting'])
      expect(entry).toMatchObject({ phase: 'unsigned', transaction: { signatures: [] } })
      await node.signing.flush()
      expect(node.outbox.find('k')).toMatchObject({ id: entry.id, phase: 'signed' })
    })
  })

  test('gets one signature a role, and one in all where one key is both', async () => {
    await withSigner(aLocalSigner('alice'), async ({ node }) => {
      submit(node, [register, release], ['posting', 'active'])
      await node.signing.flush()
      const { transaction } = node.outbox.find('k')!
      expect(transactionSigners(transaction, devchainChainId)).toEqual([
        devchainPublicKey('alice', 'posting'),
        devchainPublicKey('alice', 'active'),
      ])
    })
    const one = aLocalSigner('alice', ['posting'])
    const both: Signer = {
      ...one,
      canSign: () => true,
      signTransaction: (transaction, { account }, chain) =>
        one.signTransaction(transaction, { account, role: 'posting' }, chain),
    }
    await withSigner(both, async ({ node }) => {
      submit(node, [register, release], ['posting', 'active'])
      await node.signing.flush()
      expect(node.outbox.find('k')?.transaction.signatures).toHaveLength(1)
    })
  })

  test('is not sent while a signer takes its time, and holds nothing else back', async () => {
    const local = aLocalSigner('alice')
    const answered = Promise.withResolvers<void>()
    const slow: Signer = {
      ...local,
      signTransaction: async (transaction, author, chain) => {
        if (author.role === 'active') await answered.promise
        return await local.signTransaction(transaction, author, chain)
      },
    }
    await withSigner(slow, async ({ node }) => {
      submit(node, [release], ['active'])
      const other = { key: 'other', account: alice, roles: ['posting'], operations: [register] }
      node.outbox.submit(other as never)
      const flushed = node.signing.flush()
      while (node.outbox.find('other')?.phase !== 'signed') await Promise.resolve()
      expect(node.outbox.find('k')?.phase).toBe('unsigned')
      answered.resolve()
      await flushed
      expect(node.outbox.find('k')?.phase).toBe('signed')
    })
  })

  test('that was refused is not asked for again, and expires', async () => {
    let asked = 0
    const unwilling: Signer = {
      ...aLocalSigner('alice'),
      signTransaction: async () => {
        asked += 1
        return { type: 'refused', reason: 'no' }
      },
    }
    await withSigner(unwilling, async ({ node, chain }) => {
      submit(node, [register], ['posting'])
      await node.signing.flush()
      await node.signing.flush()
      expect(asked).toBe(1)
      chain.produceBlocks(21)
      await node.catchUp()
      expect(node.outbox.find('k')).toMatchObject({ phase: 'expired', complaint: null })
    })
  })

  test('of a signer that fails is left, and the others are signed', async () => {
    const local = aLocalSigner('alice')
    const failing: Signer = {
      ...local,
      signTransaction: (transaction, author, chain) =>
        author.role === 'active'
          ? Promise.reject(new Error('the wallet is gone'))
          : local.signTransaction(transaction, author, chain),
    }
    await withSigner(failing, async ({ node }) => {
      submit(node, [release], ['active'])
      node.outbox.submit({ key: 'o', account: alice, roles: ['posting'], operations: [register] })
      await node.signing.flush()
      expect(node.outbox.find('k')?.phase).toBe('unsigned')
      expect(node.outbox.find('o')?.phase).toBe('signed')
    })
  })
})

describe('a node with the posting key only', () => {
  const posting = aLocalSigner('alice', ['posting'])
  const wallet = (node: ChainNode, signer: Parameters<typeof keyOf>[0]) => {
    const [{ entry } = never()] = node.signing.awaited()
    const { signatures: _, ...unsigned } = entry.transaction
    const { signatures } = signTransaction(unsigned, [keyOf(signer)], devchainChainId)
    return { id: entry.id, signatures }
  }
  const never = (): never => {
    throw new Error('something waits')
  }

  test('lets what moves money wait for a wallet, and sends it then', async () => {
    await withSigner(posting, async ({ node, chain }) => {
      submit(node, [register, award], ['posting', 'active'])
      await node.broadcaster.flush()
      expect(node.signing.awaited()).toMatchObject([
        { entry: { key: 'k' }, missing: [{ account: 'alice', role: 'active' }] },
      ])
      const { id, signatures } = wallet(node, 'alice')
      await node.signing.accept(id, signatures)
      expect(node.signing.awaited()).toEqual([])
      await node.broadcaster.flush()
      chain.produceBlocks(1)
      await node.catchUp()
      expect(node.outbox.find('k')?.phase).toBe('confirmed')
    })
  })

  test.each<[string, Parameters<typeof keyOf>[0]]>([
    ['another account', 'bob'],
    ['its own posting key, which it has itself', ['alice', 'posting']],
    ['the owner key, which stands for no other', ['alice', 'owner']],
  ])('takes no signature by %s', async (_, signer) => {
    await withSigner(posting, async ({ node }) => {
      submit(node, [award], ['active'])
      const { id, signatures } = wallet(node, signer)
      await expect(node.signing.accept(id, signatures)).rejects.toMatchObject({
        code: 'signature-refused',
      })
      expect(node.outbox.find('k')?.phase).toBe('unsigned')
    })
  })

  test('takes no signature of another transaction, none at all, and none for what does not wait', async () => {
    await withSigner(posting, async ({ node }) => {
      const { id } = submit(node, [award], ['active'])
      const { signatures: _, ...unsigned } = node.outbox.find('k')!.transaction
      const later = { ...unsigned, expiration: '2026-01-01T01:00:00' }
      const { signatures } = signTransaction(later, [keyOf('alice')], devchainChainId)
      const refused = { code: 'signature-refused' }
      await expect(node.signing.accept(id, signatures)).rejects.toMatchObject(refused)
      const noise = ['00'.repeat(65) as never]
      await expect(node.signing.accept(id, noise)).rejects.toMatchObject(refused)
      const unknown = hashHex('x').slice(0, 40) as never
      await expect(node.signing.accept(unknown, signatures)).rejects.toMatchObject({
        code: 'request-invalid',
      })
    })
  })
})

describe('a spending limit', () => {
  const sign = async (operations: readonly HiveOperation[]) => {
    const signer = limitSpending(aLocalSigner('alice'), hbd(10_000n))
    const transaction = {
      ref_block_num: 1,
      ref_block_prefix: 1,
      expiration: '2026-01-01T00:00:00',
      operations: [...operations],
      extensions: [] as [],
    }
    const author = { account: alice, role: 'active' } as const
    return await signer.signTransaction(transaction, author, devchainChainId)
  }

  test('counts amounts and fees of every escrow of a transaction', async () => {
    expect(await sign([funding(9_999n, 1n), award])).toMatchObject({ type: 'signed' })
    const refused = { type: 'refused', reason: expect.stringContaining('10.001 HBD') }
    expect(await sign([funding(10_000n, 1n), award])).toMatchObject(refused)
    expect(await sign([funding(5_000n, 0n), funding(5_000n, 1n)])).toMatchObject(refused)
  })

  test('leaves alone what pays out of an escrow', async () => {
    const much = escrowRelease(parties, { who: alice, receiver: bob, amount: hbd(99_000n) })
    expect(await sign([much])).toMatchObject({ type: 'signed' })
  })
})

test('a local signer shows its keys to nothing that prints or copies it', () => {
  const signer = aLocalSigner('alice')
  const { inspect } = process.getBuiltinModule('node:util')
  const shown = [inspect(signer, { depth: null, showHidden: true }), JSON.stringify(signer)]
  const key = devchainKey('alice', 'active')
  for (const text of shown) {
    expect(text).not.toContain(key.toString())
    expect(text).not.toMatch(/Private|Buffer/)
  }
})

test('a transaction is read with every amount and name in it', async () => {
  await withSigner(aLocalSigner('alice'), async ({ node }) => {
    const entry = submit(node, [funding(1_234n, 5n), award], ['active'])
    const text = describeTransaction(entry).join('\n')
    for (const part of [
      'signed by @alice (active)',
      '@alice puts 1.234 HBD and a fee of 0.005 HBD into escrow 7 for @bob, arbiter @carol',
      'custom_json spk-encoder-dev: {',
      '"t":"job.award"',
      entry.id,
    ])
      expect(text).toContain(part)
  })
})
