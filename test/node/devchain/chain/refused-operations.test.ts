import type { Operation } from '@hiveio/dhive'
import { expect, test } from 'vitest'
import { refusal } from '../refusal.ts'
import { aChainWithBlocks, payment, send, signTransaction, transfer } from '../signing.ts'

test.for([
  ['vote', { voter: 'alice', author: 'bob', permlink: 'x', weight: 1 }],
  ['transfer_to_savings', { from: 'alice', to: 'bob', amount: '1.000 HBD', memo: '' }],
  [
    'account_update2',
    { account: 'alice', json_metadata: '', posting_json_metadata: '', extensions: [] },
  ],
])('%s is refused by name', async ([name, body]) => {
  await using chain = await aChainWithBlocks()
  const outcome = chain.broadcast([[name, body] as unknown as Operation], 'alice')
  const { message } = await refusal(outcome)
  expect(message).toBe(`The development chain does not support the operation '${name}'.`)
})

test.for([
  '1.0000 HBD',
  '1.00 HBD',
  '01.000 HBD',
  '1.000  HBD',
  '-1.000 HBD',
  '1.000 STEEM',
  '1.000 HBD ',
])('the amount %j is refused however it is signed', async (amount) => {
  await using chain = await aChainWithBlocks()
  const signed = signTransaction(chain, { operations: payment }, 'alice')
  const operations = [['transfer', { from: 'alice', to: 'bob', amount, memo: '' }]]
  const outcome = chain.call('condenser_api.broadcast_transaction', [{ ...signed, operations }])
  expect((await refusal(outcome)).name).toBe('assert_exception')
})

test.for([-1, 4_294_967_296, 1.5])(
  'the escrow id %d is refused, not wrapped round',
  async (escrow_id) => {
    await using chain = await aChainWithBlocks()
    const signed = signTransaction(chain, { operations: payment }, 'alice')
    const dispute = { from: 'alice', to: 'bob', agent: 'arbiter', who: 'alice', escrow_id }
    const operations = [['escrow_dispute', dispute]]
    const outcome = chain.call('condenser_api.broadcast_transaction', [{ ...signed, operations }])
    expect((await refusal(outcome)).name).toBe('bad_cast_exception')
  },
)

test('a transaction of which one operation fails changes nothing', async () => {
  await using chain = await aChainWithBlocks()
  const operations = [transfer('60.000 HBD'), transfer('60.000 HBD')]
  expect((await refusal(chain.broadcast(operations, 'alice'))).message).toContain(
    'sufficient funds',
  )
  const [alice, bob] = await chain.client.database.getAccounts(['alice', 'bob'])
  expect([alice?.hbd_balance, bob?.hbd_balance]).toEqual(['100.000 HBD', '0.000 HBD'])
})

test('clients see pending changes, and what a block makes impossible is dropped', async () => {
  await using chain = await aChainWithBlocks()
  await send(chain, { operations: payment, lifetime: 2 })
  const spend = transfer('1.000 HBD', 'on', 'bob', 'arbiter')
  const id = await chain.broadcast([spend], 'bob')
  const [pending] = await chain.client.database.getAccounts(['arbiter'])
  expect(pending?.hbd_balance).toBe('1.000 HBD')
  chain.produceBlocks(1)
  const [final] = await chain.client.database.getAccounts(['arbiter'])
  expect(final?.hbd_balance).toBe('0.000 HBD')
  expect(await chain.client.transaction.findTransaction(id)).toEqual({ status: 'unknown' })
})
