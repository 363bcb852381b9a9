import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { aDevchain } from '../../../support/devchain.ts'
import { aChainWithEscrows } from '../escrow-operations.ts'
import { transfer } from '../signing.ts'

const noTransaction = '0'.repeat(40)
const blockLevel = 4_294_967_295

describe('operations of a block', () => {
  test('stand in the order in which they ran, consequences among them', async () => {
    await using chain = await aChainWithEscrows()
    const operations = await chain.client.database.getOperations(1)
    const id = operations[0]?.trx_id
    const shape = operations.map(({ trx_id, trx_in_block, op_in_trx, virtual_op, op }) => [
      trx_id === id,
      trx_in_block,
      op_in_trx,
      virtual_op,
      op[0],
    ])
    expect(shape).toEqual([
      [true, 0, 0, false, 'escrow_transfer'],
      [true, 0, 1, false, 'escrow_approve'],
      [true, 0, 2, false, 'escrow_approve'],
      [true, 0, 3, true, 'escrow_approved'],
      [true, 0, 4, false, 'escrow_release'],
      [false, blockLevel, 1, true, 'producer_reward'],
    ])
  })

  test('that no transaction caused carry none', async () => {
    await using chain = await aChainWithEscrows()
    const operations = await chain.client.database.getOperations(21, true)
    expect(operations.at(-1)).toEqual({
      trx_id: noTransaction,
      block: 21,
      trx_in_block: blockLevel,
      op_in_trx: 2,
      virtual_op: true,
      timestamp: '2026-01-01T00:01:03',
      op: [
        'escrow_rejected',
        {
          from: 'alice',
          to: 'bob',
          agent: 'arbiter',
          escrow_id: 2,
          hbd_amount: '5.000 HBD',
          hive_amount: '0.000 HIVE',
          fee: '0.100 HBD',
        },
      ],
    })
  })

  test('are shown once their block is irreversible, or on request', async () => {
    await using chain = await aDevchain()
    await chain.call('devchain_api.set_faults', { irreversibility_lag: 2 })
    await chain.broadcast([transfer('1.000 HBD')], 'alice')
    chain.produceBlocks(2)
    expect(await chain.client.database.getOperations(1)).toEqual([])
    const open = { block_num: 1, only_virtual: false, include_reversible: true }
    const { ops } = z
      .object({ ops: z.array(z.unknown()) })
      .parse(await chain.call('account_history_api.get_ops_in_block', open))
    expect(ops).toMatchObject([{ op: { type: 'transfer_operation' } }, {}])
    chain.produceBlocks(1)
    expect(await chain.client.database.getOperations(1)).toHaveLength(2)
  })
})
