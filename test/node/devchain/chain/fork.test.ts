import { describe, expect, test } from 'vitest'
import { taposPrefix } from '#node/devchain/hive/block-header.ts'
import type { TestDevchain } from '../../../support/devchain.ts'
import { aDevchain } from '../../../support/devchain.ts'
import { approveEscrow, openEscrow } from '../escrow-operations.ts'
import { refusal } from '../refusal.ts'
import { signTransaction, transfer } from '../signing.ts'

async function aReversibleChain(blocks: number): Promise<TestDevchain> {
  const chain = await aDevchain()
  await chain.call('devchain_api.set_faults', { irreversibility_lag: 10 })
  chain.produceBlocks(blocks)
  return chain
}

function fork(chain: TestDevchain, depth: number, drop_transactions = false): Promise<unknown> {
  return chain.call('devchain_api.fork', { depth, drop_transactions })
}

async function idsOf(chain: TestDevchain): Promise<readonly string[]> {
  const numbers = Array.from({ length: chain.head.number }, (_, index) => index + 1)
  const blocks = await Promise.all(numbers.map((number) => chain.client.database.getBlock(number)))
  return blocks.map(({ block_id }) => block_id)
}

async function balanceOf(chain: TestDevchain, name: string): Promise<unknown> {
  const [account] = await chain.client.database.getAccounts([name])
  return account?.hbd_balance
}

describe('a fork', () => {
  test('replaces the newest blocks by one more of another branch', async () => {
    await using chain = await aReversibleChain(5)
    const before = await idsOf(chain)
    await fork(chain, 2)
    const after = await idsOf(chain)
    expect(after).toHaveLength(6)
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3))
    expect(after[3]).not.toBe(before[3])
    expect(after[4]).not.toBe(before[4])
    expect(chain.head).toMatchObject({ number: 6, id: after[5] })
  })

  test('after a fork takes another branch still', async () => {
    await using chain = await aReversibleChain(3)
    const seen = new Set(await idsOf(chain))
    for (const ids of [4, 5]) {
      await fork(chain, 1)
      const newest = (await idsOf(chain)).slice(-2)
      expect(chain.head.number).toBe(ids)
      for (const id of newest) expect(seen).not.toContain(id)
      for (const id of newest) seen.add(id)
    }
  })

  test('links and goes on in time like any other chain', async () => {
    await using chain = await aReversibleChain(5)
    await fork(chain, 3)
    chain.produceBlocks(1)
    const ids = await idsOf(chain)
    for (const [index, id] of ids.entries()) {
      const block = await chain.client.database.getBlock(index + 1)
      expect(block.block_id).toBe(id)
      expect(block.previous).toBe(ids[index - 1] ?? '0'.repeat(40))
      expect(Date.parse(`${block.timestamp}Z`)).toBe(
        Date.parse('2026-01-01T00:00:03Z') + index * 3_000,
      )
    }
  })

  test('takes the state back with the blocks, and the transactions into the pool', async () => {
    await using chain = await aReversibleChain(2)
    const id = await chain.broadcast([transfer('1.000 HBD')], 'alice')
    chain.produceBlocks(2)
    await fork(chain, 2)
    expect(await chain.client.transaction.findTransaction(id)).toEqual({ status: 'within_mempool' })
    expect(await chain.client.database.getBlock(3)).toMatchObject({ transaction_ids: [] })
    chain.produceBlocks(1)
    expect(await chain.client.database.getBlock(6)).toMatchObject({ transaction_ids: [id] })
    expect(await balanceOf(chain, 'bob')).toBe('1.000 HBD')
  })

  test('may lose the transactions', async () => {
    await using chain = await aReversibleChain(2)
    const id = await chain.broadcast([transfer('1.000 HBD')], 'alice')
    chain.produceBlocks(1)
    await fork(chain, 1, true)
    expect(await chain.client.transaction.findTransaction(id)).toEqual({ status: 'unknown' })
    expect(await balanceOf(chain, 'bob')).toBe('0.000 HBD')
  })

  test('loses a transaction that referred to a block it undoes', async () => {
    await using chain = await aReversibleChain(3)
    const referring = await chain.broadcast([transfer('1.000 HBD')], 'alice')
    chain.produceBlocks(1)
    await fork(chain, 2)
    expect(await chain.client.transaction.findTransaction(referring)).toEqual({ status: 'unknown' })
  })

  test('keeps what was waiting, behind what it undid', async () => {
    await using chain = await aReversibleChain(2)
    const { block_id } = await chain.client.database.getBlock(1)
    const reference = { refBlockNum: 1, refBlockPrefix: taposPrefix(block_id) }
    const sign = (nonce: number) =>
      signTransaction(chain, { operations: [transfer('1.000 HBD', nonce)], ...reference }, 'alice')
    const [first, second] = [sign(1), sign(2)]
    await chain.client.broadcast.send(first)
    chain.produceBlocks(1)
    await chain.client.broadcast.send(second)
    await fork(chain, 1)
    chain.produceBlocks(1)
    const { transactions } = await chain.client.database.getBlock(5)
    expect(transactions.map(({ operations }) => operations)).toEqual([
      first.operations,
      second.operations,
    ])
  })

  test('undoes an escrow and its virtual operations', async () => {
    await using chain = await aReversibleChain(2)
    await chain.broadcast([openEscrow(chain), approveEscrow('bob')], 'alice', 'bob')
    chain.produceBlocks(1)
    await fork(chain, 1, true)
    await chain.call('devchain_api.set_faults', {})
    expect(await chain.call('database_api.find_escrows', { from: 'alice' })).toEqual({
      escrows: [],
    })
    expect(await chain.client.database.getAccountHistory('alice', -1, 10)).toEqual([])
    expect(await balanceOf(chain, 'alice')).toBe('100.000 HBD')
  })

  test('does not reach below the last irreversible block', async () => {
    await using chain = await aDevchain()
    chain.produceBlocks(3)
    await chain.call('devchain_api.set_faults', { irreversibility_lag: 5 })
    chain.produceBlocks(2)
    const before = await idsOf(chain)
    expect((await refusal(fork(chain, 3))).message).toContain('would undo irreversible blocks')
    expect(await idsOf(chain)).toEqual(before)
    await expect(fork(chain, 2)).resolves.toMatchObject({ head_block_number: 6 })
  })

  test('may come with faults, before they begin', async () => {
    await using chain = await aReversibleChain(3)
    await chain.call('devchain_api.set_faults', { fork: { depth: 2 }, refuse_broadcasts: true })
    expect(await chain.call('devchain_api.get_info')).toMatchObject({
      head_block_number: 4,
      last_irreversible_block_num: 4,
      faults: { refuse_broadcasts: true },
    })
  })
})
