import { describe, expect, test } from 'vitest'
import { aDevchain } from '../../../support/devchain.ts'
import { approveEscrow, openEscrow } from '../escrow-operations.ts'
import { refusal } from '../refusal.ts'

describe('an account pays for 255 escrows at a time', () => {
  const cheap = { hbd_amount: '0.001 HBD', fee: '0.000 HBD' }

  test('and for another once one has ended', async () => {
    await using chain = await aDevchain()
    const open = (escrow_id: number) => openEscrow(chain, { ...cheap, escrow_id })
    await chain.broadcast(
      Array.from({ length: 255 }, (_, id) => open(id)),
      'alice',
    )
    chain.produceBlocks(1)
    const tooMany = chain.broadcast([open(255)], 'alice')
    expect((await refusal(tooMany)).message).toContain('maximum number of open escrow transfers')
    await chain.broadcast([approveEscrow('bob', { approve: false })], 'bob')
    await expect(chain.broadcast([open(255)], 'alice')).resolves.toBeDefined()
  })

  test('but not for one of 256 in a transaction, of which nothing stays', async () => {
    await using chain = await aDevchain()
    const operations = Array.from({ length: 256 }, (_, escrow_id) =>
      openEscrow(chain, { ...cheap, escrow_id }),
    )
    expect((await refusal(chain.broadcast(operations, 'alice'))).message).toContain(
      'maximum number',
    )
    expect(await chain.call('database_api.find_escrows', { from: 'alice' })).toEqual({
      escrows: [],
    })
  })
})

test('a payer may open an escrow for itself', async () => {
  await using chain = await aDevchain()
  await expect(
    chain.broadcast([openEscrow(chain, { to: 'alice' })], 'alice'),
  ).resolves.toBeDefined()
})

test('an escrow may hold HIVE beside HBD, and a fee in HIVE', async () => {
  await using chain = await aDevchain()
  const mixed = openEscrow(chain, { hive_amount: '2.000 HIVE', fee: '0.500 HIVE' })
  await chain.broadcast([mixed], 'alice')
  const [pending] = await chain.client.database.getAccounts(['alice'])
  expect(pending).toMatchObject({ hbd_balance: '95.000 HBD', balance: '47.500 HIVE' })
  await chain.broadcast([approveEscrow('bob'), approveEscrow('arbiter')], 'bob', 'arbiter')
  const [arbiter] = await chain.client.database.getAccounts(['arbiter'])
  expect(arbiter).toMatchObject({ hbd_balance: '0.000 HBD', balance: '0.500 HIVE' })
})

test('an approval in the block whose time is the deadline still counts', async () => {
  await using chain = await aDevchain()
  const soon = { ratification_deadline: '2026-01-01T00:00:06' }
  await chain.broadcast([openEscrow(chain, soon)], 'alice')
  chain.produceBlocks(1)
  await chain.broadcast([approveEscrow('bob'), approveEscrow('arbiter')], 'bob', 'arbiter')
  chain.produceBlocks(1)
  expect(await chain.call('condenser_api.get_escrow', ['alice', 1])).toMatchObject({
    to_approved: true,
    agent_approved: true,
  })
})
