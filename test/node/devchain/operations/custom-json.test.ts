import { expect, test } from 'vitest'
import { aDevchain } from '../../../support/devchain.ts'
import { refusal } from '../refusal.ts'
import { customJson } from '../signing.ts'

test.for(['nope', '{} x', '{"a":1,}', '{"a":"\n"}', 'null', '{"__proto__":{}}', '"é"'])(
  '%j goes into a block as it is',
  async (json) => {
    await using chain = await aDevchain()
    const id = await chain.broadcast([customJson(json)], ['alice', 'posting'])
    chain.produceBlocks(1)
    const { operations } = await chain.client.database.getTransaction(id)
    expect(operations).toEqual([customJson(json)])
  },
)

test('97 nested arrays go into a block, 98 do not', async () => {
  await using chain = await aDevchain()
  const nested = (depth: number) => customJson('['.repeat(depth) + ']'.repeat(depth))
  await expect(chain.broadcast([nested(97)], ['alice', 'posting'])).resolves.toBeDefined()
  const { message } = await refusal(chain.broadcast([nested(98)], ['alice', 'posting']))
  expect(message).toContain('too deep')
})

test('an id has 32 bytes at the most', async () => {
  await using chain = await aDevchain()
  const named = (id: string) => {
    const body = { required_auths: [], required_posting_auths: ['alice'], id, json: '{}' }
    return chain.broadcast([['custom_json', body]], ['alice', 'posting'])
  }
  await expect(named('é'.repeat(16))).resolves.toBeDefined()
  expect((await refusal(named('é'.repeat(17)))).message).toContain('fixed size string')
})

test('somebody must sign', async () => {
  await using chain = await aDevchain()
  const outcome = chain.broadcast([customJson('{}', {})], ['alice', 'posting'])
  expect((await refusal(outcome)).message).toContain('at least one account must be specified')
})
