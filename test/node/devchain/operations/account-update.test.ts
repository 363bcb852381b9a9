import type { Operation } from '@hiveio/dhive'
import { PrivateKey } from '@hiveio/dhive'
import { expect, test } from 'vitest'
import { nullPublicKey } from '#node/devchain/hive/public-key.ts'
import { aDevchain } from '../../../support/devchain.ts'
import { refusal } from '../refusal.ts'

function changeOwner(metadata: string): Operation {
  const aliceOwner = PrivateKey.fromLogin('alice', 'devchain', 'owner').createPublic().toString()
  const owner = { weight_threshold: 1, account_auths: [], key_auths: [[aliceOwner, 1]] }
  const body = { account: 'alice', owner, memo_key: nullPublicKey, json_metadata: metadata }
  return ['account_update', body as never]
}

test('an owner changes twice an hour', async () => {
  await using chain = await aDevchain()
  const change = (metadata: string) => chain.broadcast([changeOwner(metadata)], ['alice', 'owner'])
  await change('{"n":1}')
  chain.produceBlocks(1)
  await change('{"n":2}')
  chain.produceBlocks(1_199)
  expect((await refusal(change('{"n":3}'))).message).toContain('twice an hour')
  chain.produceBlocks(1)
  await expect(change('{"n":3}')).resolves.toBeDefined()
})

test('an authority has forty members at the most', async () => {
  await using chain = await aDevchain()
  const members = Array.from({ length: 41 }, (_, index) => [
    `m${String(index).padStart(2, '0')}`,
    1,
  ])
  const posting = { weight_threshold: 1, account_auths: members, key_auths: [] }
  const body = { account: 'alice', posting, memo_key: nullPublicKey, json_metadata: '' }
  const outcome = chain.broadcast([['account_update', body as never]], 'alice')
  expect((await refusal(outcome)).message).toContain('Authority membership exceeded')
})
