import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { TestDevchain } from '../../../support/devchain.ts'
import { aDevchain } from '../../../support/devchain.ts'
import { approveEscrow, openEscrow } from '../escrow-operations.ts'

describe('lists of escrows', () => {
  const Escrows = z.object({ escrows: z.array(z.looseObject({ id: z.int(), escrow_id: z.int() })) })
  const list = async (chain: TestDevchain, params: object) => {
    const { escrows } = Escrows.parse(await chain.call('database_api.list_escrows', params))
    return escrows.map(({ escrow_id }) => escrow_id)
  }

  test('follow the payer or the deadline, from a key on', async () => {
    await using chain = await aDevchain()
    const second = { escrow_id: 2 }
    const operations = [
      openEscrow(chain, { escrow_id: 1, ratification_deadline: '2026-01-01T00:01:30' }),
      openEscrow(chain, { ...second, ratification_deadline: '2026-01-01T00:00:30' }),
      openEscrow(chain, { escrow_id: 3, ratification_deadline: '2026-01-01T00:01:00' }),
      approveEscrow('bob', second),
      approveEscrow('arbiter', second),
    ]
    await chain.broadcast(operations, 'alice', 'bob', 'arbiter')
    expect(await list(chain, { order: 'by_from_id', limit: 10 })).toEqual([1, 2, 3])
    expect(await list(chain, { order: 'by_from_id', start: ['alice', 2], limit: 1 })).toEqual([2])
    expect(await list(chain, { order: 'by_ratification_deadline', limit: 10 })).toEqual([3, 1, 2])
    const start = [false, '2026-01-01T00:01:01', 0]
    expect(await list(chain, { order: 'by_ratification_deadline', start, limit: 10 })).toEqual([
      1, 2,
    ])
  })

  test('show amounts as numbers of a symbol', async () => {
    await using chain = await aDevchain()
    await chain.broadcast([openEscrow(chain)], 'alice')
    expect(await chain.call('database_api.find_escrows', { from: 'alice' })).toMatchObject({
      escrows: [{ hbd_balance: { amount: '5000', precision: 3, nai: '@@000000013' } }],
    })
  })
})
