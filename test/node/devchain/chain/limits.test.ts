import { describe, expect, test } from 'vitest'
import type { TestDevchain } from '../../../support/devchain.ts'
import { refusal } from '../refusal.ts'
import { aChainWithBlocks, customJson, send, transfer } from '../signing.ts'

describe('limits', () => {
  test('65,280 bytes are the largest transaction', async () => {
    await using chain = await aChainWithBlocks()
    await expect(sendOfSize(chain, 65_280)).resolves.toBeDefined()
    const { message } = await refusal(sendOfSize(chain, 65_281))
    expect(message).toContain('Transaction too large')
  })

  test('a custom_json may hold 8,192 bytes', async () => {
    await using chain = await aChainWithBlocks()
    const text = (size: number) => JSON.stringify('é'.repeat((size - 2) / 2))
    await expect(
      chain.broadcast([customJson(text(8_192))], ['alice', 'posting']),
    ).resolves.toBeDefined()
    const { message } = await refusal(
      chain.broadcast([customJson(text(8_194))], ['alice', 'posting']),
    )
    expect(message).toContain('Operation JSON must be less than 8192 bytes')
  })

  test('an account signs five custom_json between two blocks', async () => {
    await using chain = await aChainWithBlocks()
    const say = (n: number, signers = { posting: ['alice'] }) =>
      chain.broadcast([customJson(`{"n":${n}}`, signers)], ...signers.posting.map(posting))
    for (const n of [1, 2, 3, 4, 5]) await say(n)
    const { message } = await refusal(say(6))
    expect(message).toBe('Account alice already submitted 5 custom json operation(s) this block.')
    expect((await refusal(say(7, { posting: ['alice', 'bob'] }))).message).toContain('alice')
    await expect(say(8, { posting: ['bob'] })).resolves.toBeDefined()
    chain.produceBlocks(1)
    await expect(say(6)).resolves.toBeDefined()
  })

  test('six of them in one transaction are too many', async () => {
    await using chain = await aChainWithBlocks()
    const six = Array.from({ length: 6 }, (_, n) => customJson(`{"n":${n}}`))
    expect((await refusal(chain.broadcast(six, ['alice', 'posting']))).message).toContain('alice')
  })

  test('a transaction needs an operation', async () => {
    await using chain = await aChainWithBlocks()
    expect((await refusal(send(chain, { operations: [] }))).message).toContain(
      'at least one operation',
    )
  })
})

function posting(name: string): readonly [string, 'posting'] {
  return [name, 'posting']
}

/** Sends a transaction of exactly so many bytes: transfers with long memos, the last one as long as is left. */
function sendOfSize(chain: TestDevchain, size: number): Promise<unknown> {
  const full = Array.from({ length: 31 }, () => transfer('0.001 HBD', 'x'.repeat(2_047)))
  const fixed = 2 + 4 + 4 + 1 + 1 + 1 + 65
  const withoutMemo = 1 + 6 + 4 + 16
  const last = size - fixed - full.length * (withoutMemo + 2 + 2_047) - withoutMemo - 2
  return send(chain, { operations: [...full, transfer('0.001 HBD', 'x'.repeat(last))] })
}
