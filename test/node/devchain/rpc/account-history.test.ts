import { describe, expect, test } from 'vitest'
import { aDevchain } from '../../../support/devchain.ts'
import { aChainWithEscrows } from '../escrow-operations.ts'
import { refusal } from '../refusal.ts'
import { customJson } from '../signing.ts'

describe("an account's history", () => {
  const kinds = (history: readonly (readonly [number, { op: unknown }])[]) =>
    history.map(([sequence, { op }]) => [sequence, (op as [string])[0]])
  const whole: [number, string][] = [
    [0, 'escrow_transfer'],
    [1, 'escrow_approve'],
    [2, 'escrow_approve'],
    [3, 'escrow_approved'],
    [4, 'escrow_release'],
    [5, 'escrow_transfer'],
    [6, 'escrow_rejected'],
  ]

  test('holds what an account had a part in, counted from 0', async () => {
    await using chain = await aChainWithEscrows()
    const history = await chain.client.database.getAccountHistory('arbiter', -1, 1_000)
    expect(kinds(history)).toEqual(whole)
  })

  test('is read in pages from the newest back', async () => {
    await using chain = await aChainWithEscrows()
    const page = await chain.client.database.getAccountHistory('arbiter', 4, 2)
    expect(kinds(page)).toEqual(whole.slice(3, 5))
  })

  test('is filtered by the bits of kinds, low and high', async () => {
    await using chain = await aChainWithEscrows()
    const released: [number, number] = [0x2000_0000, 0]
    const rejected: [number, number] = [0, 0x400_0000]
    const read = (bits: [number, number]) =>
      chain.client.database.getAccountHistory('alice', -1, 1_000, bits)
    expect(kinds(await read(released))).toEqual([[4, 'escrow_release']])
    expect(kinds(await read(rejected))).toEqual([[6, 'escrow_rejected']])
  })

  test('has typed operations in the newer API', async () => {
    await using chain = await aDevchain()
    await chain.broadcast([customJson('{}', { posting: ['alice'] })], ['alice', 'posting'])
    chain.produceBlocks(1)
    const params = { account: 'alice', start: -1, limit: 10 }
    expect(await chain.call('account_history_api.get_account_history', params)).toMatchObject({
      history: [
        [0, { virtual_op: false, op: { type: 'custom_json_operation', value: { json: '{}' } } }],
      ],
    })
  })

  test('refuses a page larger than a thousand, and one that begins before itself', async () => {
    await using chain = await aDevchain()
    const read = (from: number, limit: number) =>
      refusal(chain.client.database.getAccountHistory('alice', from, limit))
    expect((await read(-1, 1_001)).message).toContain('greater than maxmimum allowed')
    expect((await read(1, 3)).message).toContain('start must be greater than or equal to limit-1')
  })
})
