import { describe, expect, test } from 'vitest'
import { customJson, escrowTransfer } from '#market/domain/hive-operations.ts'
import { MarketError } from '#market/errors.ts'
import { parseKey } from '#node/chain/keys.ts'
import {
  buildTransaction,
  signTransaction,
  transactionId,
  transactionSigners,
} from '#node/chain/transactions.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { devchainKey, devchainPublicKey } from '#node/devchain/keys.ts'
import type { BlockId } from '#protocol/ids.ts'
import {
  alice,
  aRegistration,
  bob,
  carol,
  escrowId,
  hashHex,
  hbd,
  height,
  jobId,
  time,
} from '../../support/builders.ts'
import type { ChainNode } from '../../support/chain-node.ts'
import { aChainNode } from '../../support/chain-node.ts'
import { aDevchain } from '../../support/devchain.ts'
import { testNetwork } from '../../support/test-chain.ts'

const head = {
  height: height(0x1_2345),
  id: '00012345a1b2c3d4e5f60718293a4b5c6d7e8f90' as BlockId,
  time: time(1_767_225_600),
}
const register = customJson(testNetwork.operationId, alice, aRegistration())
const posting = devchainKey('alice', 'posting')
const active = devchainKey('alice', 'active')

describe('a transaction', () => {
  test('refers to its block by the low half of the number and the second word of the id', () => {
    const built = buildTransaction(head, [register], 60)
    expect(built.ref_block_num).toBe(0x2345)
    expect(built.ref_block_prefix).toBe(0xd4_c3_b2_a1)
    expect(built.expiration).toBe('2026-01-01T00:01:00')
  })

  test('has an id that its signatures do not change', () => {
    const built = buildTransaction(head, [register], 60)
    const one = signTransaction(built, [posting], devchainChainId)
    const two = signTransaction(built, [active], devchainChainId)
    expect(one.signatures).not.toEqual(two.signatures)
    expect(transactionId(one)).toBe(transactionId(two))
    expect(transactionId(one)).toBe(transactionId(built))
  })

  test('has another id whenever anything else differs', () => {
    const ids = [
      buildTransaction(head, [register], 60),
      buildTransaction(head, [register], 61),
      buildTransaction({ ...head, height: height(0x1_2346) }, [register], 60),
      buildTransaction(head, [register, register], 60),
    ].map(transactionId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('tells who signed it, on its chain only', () => {
    const signed = signTransaction(
      buildTransaction(head, [register], 60),
      [posting, active],
      devchainChainId,
    )
    const keys = [devchainPublicKey('alice', 'posting'), devchainPublicKey('alice', 'active')]
    expect(transactionSigners(signed, devchainChainId)).toEqual(keys)
    expect(transactionSigners(signed, 'f'.repeat(64))).not.toEqual(keys)
    const altered = { ...signed, expiration: '2026-01-01T00:02:00' }
    expect(transactionSigners(altered, devchainChainId)).not.toEqual(keys)
  })
})

describe('the outbox', () => {
  const signed = async (node: ChainNode) => {
    await node.signing.flush()
    const entry = node.outbox.find('k')
    expect(entry?.phase).toBe('signed')
    return entry?.transaction
  }
  const request = { key: 'k', account: alice, roles: ['posting'], operations: [register] } as const

  test('refers to an irreversible block, so that no fork makes a transaction invalid', async () => {
    await using chain = await aDevchain()
    await chain.call('devchain_api.set_faults', { irreversibility_lag: 4 })
    chain.produceBlocks(10)
    await using node = aChainNode({ urls: [chain.url] })
    await node.catchUp()
    expect(node.outbox.submit(request).transaction.ref_block_num).toBe(6)
    const transaction = await signed(node)
    await chain.call('devchain_api.set_faults', { irreversibility_lag: 4, fork: { depth: 4 } })
    chain.produceBlocks(1)
    await chain.call('condenser_api.broadcast_transaction', [transaction])
    chain.produceBlocks(1)
    await chain.call('devchain_api.set_faults', {})
    await node.catchUp()
    expect(node.outbox.find('k')?.phase).toBe('confirmed')
  })

  test('signs a key once, whatever is asked for under it later', async () => {
    await using chain = await aDevchain()
    chain.produceBlocks(1)
    await using node = aChainNode({ urls: [chain.url] })
    await node.catchUp()
    const first = node.outbox.submit(request)
    chain.produceBlocks(3)
    await node.catchUp()
    expect(node.outbox.submit({ ...request, operations: [register, register] })).toEqual(first)
  })

  test('signs nothing before it has seen the chain', async () => {
    await using node = aChainNode({ urls: ['http://127.0.0.1:9'] })
    expect(() => node.outbox.submit(request)).toThrow(MarketError)
    expect(node.outbox.find('k')).toBeNull()
  })

  test('gives a transaction up in the first block at or past its expiration, and not before', async () => {
    await using chain = await aDevchain()
    chain.produceBlocks(1)
    await using node = aChainNode({ urls: [chain.url], ttlSeconds: 9 })
    await node.catchUp()
    node.outbox.submit(request)
    const phases: (string | undefined)[] = []
    for (let block = 0; block < 4; block += 1) {
      chain.produceBlocks(1)
      await node.catchUp()
      phases.push(node.outbox.find('k')?.phase)
    }
    expect(phases).toEqual(['unsigned', 'unsigned', 'expired', 'expired'])
  })

  test('has one in the last block that can take it as confirmed', async () => {
    await using chain = await aDevchain()
    chain.produceBlocks(1)
    await using node = aChainNode({ urls: [chain.url], ttlSeconds: 9 })
    await node.catchUp()
    node.outbox.submit(request)
    const transaction = await signed(node)
    chain.produceBlocks(2)
    await chain.call('condenser_api.broadcast_transaction', [transaction])
    chain.produceBlocks(1)
    await node.catchUp()
    expect(node.outbox.find('k')).toMatchObject({ phase: 'confirmed', block: 4 })
  })
})

test('amounts are written with three decimals, whatever they are', () => {
  const [, body] = escrowTransfer({
    from: alice,
    to: bob,
    agent: carol,
    escrow: escrowId(7),
    amount: hbd(12_345n),
    fee: hbd(1n),
    meta: { app: 'app', job: jobId('alice'), bid: hashHex('bid') },
    ratificationDeadline: time(1_767_225_600),
    expiration: time(1_767_225_660),
  })
  expect(body).toMatchObject({
    hbd_amount: '12.345 HBD',
    fee: '0.001 HBD',
    hive_amount: '0.000 HIVE',
  })
})

describe('a key', () => {
  test('is read from its import format, with white space around it', () => {
    expect(parseKey(` ${posting.toString()}\n`, 'posting').toString()).toBe(posting.toString())
  })

  test.each([
    '',
    'STM7xyz',
    '5',
    `${posting.toString().slice(0, -1)}x`,
    posting.toString().slice(1),
  ])('that is none is refused without being quoted (%#)', (text) => {
    const refusal = refusalOf(() => parseKey(text, 'active'))
    expect(refusal).toMatchObject({ code: 'key-wrong' })
    if (text.length > 5)
      expect(JSON.stringify([refusal, refusal.message, refusal.cause])).not.toContain(text)
  })
})

function refusalOf(act: () => unknown): Error {
  try {
    act()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it was refused')
}
