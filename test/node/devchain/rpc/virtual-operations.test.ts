import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { TestDevchain } from '../../../support/devchain.ts'
import { aDevchain } from '../../../support/devchain.ts'
import { aChainWithEscrows } from '../escrow-operations.ts'
import { refusal } from '../refusal.ts'

const escrowFilter = 0x80_0000_0000 + 0x100_0000_0000

const VirtualOps = z.object({
  ops: z.array(z.looseObject({ block: z.int(), op: z.looseObject({ type: z.string() }) })),
  ops_by_block: z.array(z.looseObject({ block: z.int(), ops: z.array(z.unknown()) })),
  next_block_range_begin: z.int(),
  next_operation_begin: z.int(),
})

describe('enum_virtual_ops', () => {
  const enumerate = async (chain: TestDevchain, params: object) =>
    VirtualOps.parse(await chain.call('account_history_api.enum_virtual_ops', params))

  test('finds what a filter asks for', async () => {
    await using chain = await aChainWithEscrows()
    const found = await enumerate(chain, {
      block_range_begin: 1,
      block_range_end: 100,
      filter: escrowFilter,
    })
    expect(found.ops.map(({ block, op }) => [block, op.type])).toEqual([
      [1, 'escrow_approved_operation'],
      [21, 'escrow_rejected_operation'],
    ])
    expect(found.ops[0]).toMatchObject({
      op_in_trx: 3,
      op: { value: { fee: { amount: '100', precision: 3, nai: '@@000000013' } } },
    })
    expect(found).toMatchObject({ next_block_range_begin: 0, next_operation_begin: 0 })
  })

  test('groups by block', async () => {
    await using chain = await aChainWithEscrows()
    const range = { block_range_begin: 1, block_range_end: 23, group_by_block: true }
    const found = await enumerate(chain, { ...range, filter: escrowFilter })
    expect(found.ops).toEqual([])
    expect(found.ops_by_block).toMatchObject([
      { block: 1, irreversible: true, timestamp: '2026-01-01T00:00:03', ops: [{}] },
      { block: 21, irreversible: true, timestamp: '2026-01-01T00:01:03', ops: [{}] },
    ])
  })

  test('goes on where a page ended, without loss or repetition', async () => {
    await using chain = await aChainWithEscrows()
    const whole = await enumerate(chain, { block_range_begin: 1, block_range_end: 23 })
    const pages: unknown[] = []
    let from = { block_range_begin: 1, operation_begin: 0 }
    while (from.block_range_begin > 0 && from.block_range_begin < 23) {
      const page = await enumerate(chain, { ...from, block_range_end: 23, limit: 5 })
      pages.push(...page.ops)
      from = {
        block_range_begin: page.next_block_range_begin,
        operation_begin: page.next_operation_begin,
      }
    }
    expect(whole.ops).toHaveLength(24)
    expect(pages).toEqual(whole.ops)
  })

  test('says where the next virtual operation is, when a range has been read', async () => {
    await using chain = await aChainWithEscrows()
    const found = await enumerate(chain, { block_range_begin: 1, block_range_end: 5 })
    expect(found).toMatchObject({ next_block_range_begin: 5, next_operation_begin: 0 })
  })

  test('hides reversible blocks unless they are asked for', async () => {
    await using chain = await aDevchain()
    await chain.call('devchain_api.set_faults', { irreversibility_lag: 1 })
    chain.produceBlocks(3)
    const range = { block_range_begin: 1, block_range_end: 10 }
    const blocks = ({ ops }: z.infer<typeof VirtualOps>) => ops.map(({ block }) => block)
    expect(blocks(await enumerate(chain, range))).toEqual([1, 2])
    const open = { ...range, include_reversible: true, group_by_block: true }
    const { ops_by_block } = await enumerate(chain, open)
    expect(ops_by_block).toMatchObject([
      { block: 1, irreversible: true },
      { block: 2, irreversible: true },
      { block: 3, irreversible: false },
    ])
  })

  test.for([
    [{ block_range_begin: 5, block_range_end: 5 }, 'Block range must be upward'],
    [{ block_range_begin: 1, block_range_end: 2_002 }, 'must be less than or equal to 2000'],
    [{ limit: 0 }, 'is lesser or equal 0'],
    [{ limit: 150_001 }, 'greater than maxmimum allowed'],
  ] as const)('refuses %j', async ([params, text]) => {
    await using chain = await aDevchain()
    const outcome = chain.call('account_history_api.enum_virtual_ops', params)
    expect((await refusal(outcome)).message).toContain(text)
  })
})
