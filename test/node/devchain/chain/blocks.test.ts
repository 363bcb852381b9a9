import { createHash } from 'node:crypto'
import { createWaxFoundation } from '@hiveio/wax'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { blockId, headerDigest, taposPrefix } from '#node/devchain/hive/block-header.ts'
import { emptyMerkleRoot, merkleRoot } from '#node/devchain/hive/merkle.ts'
import { recoverKey } from '#node/devchain/hive/signature.ts'
import { devchainPublicKey } from '#node/devchain/keys.ts'
import type { TestDevchain } from '../../../support/devchain.ts'
import { aDevchain } from '../../../support/devchain.ts'
import { signTransaction, transfer } from '../signing.ts'

const Block = z.object({
  previous: z.string(),
  timestamp: z.string(),
  witness: z.string(),
  transaction_merkle_root: z.string(),
  witness_signature: z.string(),
  block_id: z.string(),
  signing_key: z.string(),
  transactions: z.array(z.looseObject({})),
  transaction_ids: z.array(z.string()),
})
type Block = z.infer<typeof Block>

describe('a block header hashes as hived hashes it', () => {
  /** Block 1,000,000 of mainnet. */
  const header = {
    previous: '000f423f974857674873d93d1909e0eeb7e4916e',
    time: Date.parse('2016-04-29T04:12:00Z') / 1000,
    witness: 'abit',
    merkleRoot: emptyMerkleRoot,
    signature:
      '1f72bd3f4b06e7dc6b156729f0fd7873163814972eecea9d77cb29bae11d0fea3865c814d11a58e818c2494ce19f4c3d4c3e17eab3b1465ebccb102c52c56472c0',
  }

  test('to the id of that block', () => {
    expect(blockId(header)).toBe('000f4240e8f91385f7bff8f5aeebddc9b14e4281')
  })

  test('and to the digest its witness signed', () => {
    expect(recoverKey(header.signature, headerDigest(header))).toBe(
      'STM67P2LhV4FCvk2y6sQjNTnp6b1MVTKnftw2mLE2Vxf89Vdn7xYG',
    )
  })
})

test('every block names the one before, by an id that follows from its header and its signature', async () => {
  await using chain = await aDevchain()
  for (const nonce of [1, 2, 3, 4, 5]) {
    await chain.broadcast([transfer('0.001 HBD', nonce)], 'alice')
    chain.produceBlocks(2)
  }
  let previous = '0'.repeat(40)
  for (const block of await blocksOf(chain)) {
    const header = {
      previous: block.previous,
      time: Date.parse(`${block.timestamp}Z`) / 1000,
      witness: block.witness,
      merkleRoot: block.transaction_merkle_root,
    }
    const signature = block.witness_signature
    expect(block.previous).toBe(previous)
    expect(block.block_id).toBe(blockId({ ...header, signature }))
    expect(recoverKey(signature, headerDigest(header))).toBe(block.signing_key)
    expect(block.signing_key).toBe(devchainPublicKey('initminer', 'active'))
    previous = block.block_id
  }
  expect(chain.head).toMatchObject({ number: 10, id: previous })
})

test('the merkle root covers the signed transactions', async () => {
  await using chain = await aDevchain()
  const wax = await createWaxFoundation({ chainId: devchainChainId })
  const transactions = [1, 2, 3].map((nonce) =>
    signTransaction(chain, { operations: [transfer('0.001 HBD', nonce)] }, 'alice'),
  )
  for (const transaction of transactions) await chain.client.broadcast.send(transaction)
  chain.produceBlocks(1)
  const [block] = await blocksOf(chain)
  const [a, b, c] = transactions.map((transaction) => {
    const { binary } = wax.createTransactionFromLegacyJson(
      transaction as never,
    ).legacy_binaryViewMetadata
    return sha256(Buffer.from(String(binary), 'hex'))
  })
  if (!a || !b || !c) throw new Error('three transactions have three digests')
  const root = sha256(Buffer.concat([sha256(Buffer.concat([a, b])), c]))
  expect(block?.transaction_merkle_root).toBe(ripemd160(root))
})

test.for([
  [0, emptyMerkleRoot],
  [1, ripemd160(digest(0))],
  [2, ripemd160(pair(digest(0), digest(1)))],
  [5, ripemd160(pair(pair(pair(digest(0), digest(1)), pair(digest(2), digest(3))), digest(4)))],
] as const)('the merkle root of %i digests is %s', ([count, root]) => {
  expect(merkleRoot(Array.from({ length: count }, (_, index) => digest(index)))).toBe(root)
})

test('ids are the ones wax computes from the blocks', async () => {
  await using chain = await aDevchain()
  const wax = await createWaxFoundation({ chainId: devchainChainId })
  await chain.broadcast([transfer('0.001 HBD')], 'alice')
  chain.produceBlocks(1)
  const [block] = await blocksOf(chain)
  const [transaction] = block?.transactions ?? []
  expect(wax.createTransactionFromJson(transaction as never).legacy_id).toBe(
    block?.transaction_ids[0],
  )
})

test('the same steps give the same ids', async () => {
  await using one = await aDevchain()
  await using other = await aDevchain()
  for (const chain of [one, other]) {
    await chain.broadcast([transfer('0.001 HBD')], 'alice')
    chain.produceBlocks(3)
  }
  expect(one.head).toEqual(other.head)
})

test('transactions refer to a block by the bytes behind its number', () => {
  expect(taposPrefix('0000000300112233445566778899aabbccddeeff')).toBe(0x33221100)
})

test('what does not fit into a block waits for the next', async () => {
  await using chain = await aDevchain()
  const memo = 'x'.repeat(2_000)
  for (const nonce of [1, 2, 3]) {
    const operations = Array.from({ length: 15 }, () => transfer('0.001 HBD', `${nonce}${memo}`))
    await chain.broadcast(operations, 'alice')
  }
  chain.produceBlocks(2)
  const [first, second] = await blocksOf(chain)
  expect(first?.transaction_ids).toHaveLength(2)
  expect(second?.transaction_ids).toHaveLength(1)
})

async function blocksOf(chain: TestDevchain): Promise<readonly Block[]> {
  const answer = await chain.call('block_api.get_block_range', {
    starting_block_num: 1,
    count: chain.head.number,
  })
  return z.object({ blocks: z.array(Block) }).parse(answer).blocks
}

function digest(index: number): Buffer {
  return sha256(Buffer.from([index]))
}

function pair(left: Buffer, right: Buffer): Buffer {
  return sha256(Buffer.concat([left, right]))
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function ripemd160(bytes: Buffer): string {
  return createHash('ripemd160').update(bytes).digest('hex')
}
