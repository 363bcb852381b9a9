import { describe, expect, test } from 'vitest'
import { aDevchain } from '../../../support/devchain.ts'
import { refusal } from '../refusal.ts'
import { aChainWithBlocks, payment, send, signTransaction } from '../signing.ts'

describe('a transaction lives from its head block on for at most a day', () => {
  test('an expiration at the head block time is too early', async () => {
    await using chain = await aChainWithBlocks()
    const { name } = await refusal(send(chain, { operations: payment, lifetime: 0 }))
    expect(name).toBe('transaction_expiration_exception')
  })

  test('one second later is in time', async () => {
    await using chain = await aChainWithBlocks()
    await expect(send(chain, { operations: payment, lifetime: 1 })).resolves.toBeDefined()
  })

  test('24 hours are allowed', async () => {
    await using chain = await aChainWithBlocks()
    await expect(send(chain, { operations: payment, lifetime: 86_400 })).resolves.toBeDefined()
  })

  test('a second more is not', async () => {
    await using chain = await aChainWithBlocks()
    const { name } = await refusal(send(chain, { operations: payment, lifetime: 86_401 }))
    expect(name).toBe('transaction_expiration_exception')
  })

  test('what expires before the next block is left out of it in silence', async () => {
    await using chain = await aChainWithBlocks()
    await send(chain, { operations: payment, lifetime: 2 })
    const { number } = chain.produceBlocks(1)
    const block = await chain.client.database.getBlock(number)
    expect(block.transactions).toEqual([])
  })
})

describe('a transaction refers to a block', () => {
  test('an older block is as good as the head', async () => {
    await using chain = await aChainWithBlocks()
    const tapos = signTransaction(chain, { operations: payment })
    chain.produceBlocks(5)
    const old = { refBlockNum: tapos.ref_block_num, refBlockPrefix: tapos.ref_block_prefix }
    await expect(send(chain, { operations: payment, ...old })).resolves.toBeDefined()
  })

  test('a wrong prefix is refused', async () => {
    await using chain = await aChainWithBlocks()
    const { name } = await refusal(send(chain, { operations: payment, refBlockPrefix: 1 }))
    expect(name).toBe('transaction_tapos_exception')
  })

  test('a block that is not there yet is refused', async () => {
    await using chain = await aChainWithBlocks()
    const { name } = await refusal(send(chain, { operations: payment, refBlockNum: 6 }))
    expect(name).toBe('transaction_tapos_exception')
  })

  test('before the first block any reference will do', async () => {
    await using chain = await aDevchain()
    await expect(send(chain, { operations: payment, refBlockPrefix: 7 })).resolves.toBeDefined()
  })
})

describe('a transaction is taken once', () => {
  test('not while it waits for a block', async () => {
    await using chain = await aChainWithBlocks()
    await send(chain, { operations: payment })
    const { message } = await refusal(send(chain, { operations: payment }))
    expect(message).toContain('Duplicate transaction check failed')
  })

  test('not once it is in one', async () => {
    await using chain = await aChainWithBlocks()
    const signed = signTransaction(chain, { operations: payment }, 'alice')
    await chain.client.broadcast.send(signed)
    chain.produceBlocks(1)
    const { message } = await refusal(chain.client.broadcast.send(signed))
    expect(message).toContain('Duplicate transaction check failed')
  })

  test('another signature does not make it another transaction', async () => {
    await using chain = await aChainWithBlocks()
    await send(chain, { operations: payment })
    const again = signTransaction(chain, { operations: payment }, 'alice', 'bob')
    const { message } = await refusal(chain.client.broadcast.send(again))
    expect(message).toContain('Duplicate transaction check failed')
  })

  test('a second of lifetime more makes it another', async () => {
    await using chain = await aChainWithBlocks()
    await send(chain, { operations: payment })
    await expect(send(chain, { operations: payment, lifetime: 61 })).resolves.toBeDefined()
  })
})
