import { createHiveChain } from '@hiveio/wax'
import { describe, expect, test } from 'vitest'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import { aDevchain } from '../../../support/devchain.ts'

describe('an unmodified wax client', () => {
  test('signs in the newer packing, broadcasts and reads its block back', async () => {
    await using chain = await aDevchain()
    chain.produceBlocks(3)
    const wax = await createHiveChain({ apiEndpoint: chain.url, chainId: devchainChainId })
    const transaction = await wax.createTransaction()
    transaction.pushOperation({
      transfer_operation: { from: 'alice', to: 'bob', amount: wax.hbdCoins(1.5), memo: 'é' },
    } as never)
    const digest = Buffer.from(transaction.sigDigest, 'hex')
    transaction.addSignature(devchainKey('alice', 'active').sign(digest).toString())
    await wax.broadcast(transaction)
    chain.produceBlocks(1)
    const { block } = await wax.api.block_api.get_block({ block_num: 4 })
    const [found] = block?.transactions ?? []
    expect(transaction.id).not.toBe(transaction.legacy_id)
    expect(block?.transaction_ids).toEqual([transaction.id])
    expect(wax.createTransactionFromJson(found as never).id).toBe(transaction.id)
    const [bob] = await chain.client.database.getAccounts(['bob'])
    expect(bob?.hbd_balance).toBe('1.500 HBD')
  })
})
