import { describe, expect, test } from 'vitest'
import type { Api } from '#node/devchain/rpc/method.ts'
import type { TransactionStatusApiDeps } from '#node/devchain/rpc/transaction-status-api.ts'
import { createTransactionStatusApi } from '#node/devchain/rpc/transaction-status-api.ts'
import type { StoredBlock, StoredTransaction } from '#node/devchain/store/block-store.ts'
import type { TestDevchain } from '../../../support/devchain.ts'
import { aDevchain } from '../../../support/devchain.ts'
import { transfer } from '../signing.ts'

const unknown = 'ab'.repeat(20)

function statusOf(chain: TestDevchain, id: string, expiration?: string) {
  const params = { transaction_id: id, ...(expiration !== undefined && { expiration }) }
  return chain.call('transaction_status_api.find_transaction', params)
}

describe('the status of a transaction', () => {
  test('goes from the pool to a block that can be undone to one that can not', async () => {
    await using chain = await aDevchain()
    await chain.call('devchain_api.set_faults', { irreversibility_lag: 1 })
    const id = await chain.broadcast([transfer('1.000 HBD')], 'alice')
    const statuses: unknown[] = []
    for (const blocks of [0, 1, 1]) {
      if (blocks > 0) chain.produceBlocks(blocks)
      statuses.push(await chain.client.transaction.findTransaction(id))
    }
    expect(statuses).toEqual([
      { status: 'within_mempool' },
      { status: 'within_reversible_block', block_num: 1, rc_cost: 0 },
      { status: 'within_irreversible_block', block_num: 1, rc_cost: 0 },
    ])
  })

  test.for([
    ['2026-01-01T00:00:09', 'expired_irreversible'],
    ['2026-01-01T00:00:12', 'expired_reversible'],
    ['2026-01-01T00:00:15', 'unknown'],
    [undefined, 'unknown'],
  ] as const)('of one never seen that expires at %s is %s', async ([expiration, status]) => {
    await using chain = await aDevchain()
    await chain.call('devchain_api.set_faults', { irreversibility_lag: 2 })
    chain.produceBlocks(5)
    expect(await statusOf(chain, unknown, expiration)).toEqual({ status })
  })

  test('is forgotten after 65,200 blocks', () => {
    const id = 'cd'.repeat(20)
    const askAt = (number: number, expiration?: string) => {
      const { find_transaction: find } = apiAt(number, { id, block: 1 })
      return find?.({ transaction_id: id, expiration })
    }
    expect(askAt(65_200)).toMatchObject({ status: 'within_irreversible_block' })
    expect(askAt(65_201)).toEqual({ status: 'unknown' })
    expect(askAt(65_201, '2026-01-01T00:01:00')).toEqual({ status: 'too_old' })
    expect(askAt(65_201, '2026-01-02T00:01:00')).toEqual({ status: 'expired_irreversible' })
  })
})

/** The API of a chain with so many blocks, all irreversible, one of which holds a transaction. */
function apiAt(number: number, transaction: { readonly id: string; readonly block: number }): Api {
  const start = Date.parse('2026-01-01T00:00:00Z') / 1000
  const head = { number, id: '', time: start + number * 3 }
  const blocks = {
    block: (height: number) => ({ time: start + height * 3 }) as StoredBlock,
    transaction: (id: string) =>
      id === transaction.id ? (transaction as StoredTransaction) : undefined,
  }
  return createTransactionStatusApi({
    chain: { head, lastIrreversible: number, pool: { has: () => false, pending: [] } },
    store: { blocks } as TransactionStatusApiDeps['store'],
  })
}
