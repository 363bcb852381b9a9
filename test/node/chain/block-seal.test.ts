import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { sealOf } from '#node/chain/block-seal.ts'
import { ApiBlock } from '#node/chain/chain-schemas.ts'
import { foreignDigest } from '#node/chain/foreign-transaction.ts'
import { blockId } from '#node/devchain/hive/block-header.ts'
import { merkleRoot } from '#node/devchain/hive/merkle.ts'
import { sealTransaction } from '#node/devchain/transactions/sealed-transaction.ts'
import { readTransaction } from '#node/devchain/transactions/transaction.ts'
import { parseChainTime } from '#protocol/ids.ts'
import { createHivedOracle } from '../devchain/hive/hived-oracle.ts'

/** What an id proves, for transactions of the market and of everybody else; hived's own code says what the others' ids are. */

const oracle = createHivedOracle()
const signature = `20${'7'.repeat(128)}`
const hive = (amount: number) => ({ amount: String(amount), precision: 3, nai: '@@000000021' })

const foreign: Readonly<Record<string, object>> = {
  vote: { voter: 'alice', author: 'bob', permlink: 'a-post', weight: -10_000 },
  comment: {
    parent_author: '',
    parent_permlink: 'video',
    author: 'alice',
    permlink: 'a-post',
    title: 'Ümläute',
    body: 'über "alles"\n',
    json_metadata: '{"tags":["video"]}',
  },
  comment_options: {
    author: 'alice',
    permlink: 'a-post',
    max_accepted_payout: { amount: '1000000000', precision: 3, nai: '@@000000013' },
    percent_hbd: 10_000,
    allow_votes: true,
    allow_curation_rewards: true,
    extensions: [
      {
        type: 'comment_payout_beneficiaries',
        value: { beneficiaries: [{ account: 'bob', weight: 500 }] },
      },
    ],
  },
  transfer_to_vesting: { from: 'alice', to: 'bob', amount: hive(12_345) },
  delegate_vesting_shares: {
    delegator: 'alice',
    delegatee: 'bob',
    vesting_shares: { amount: '1234567890', precision: 6, nai: '@@000000037' },
  },
}

const transfer = { from: 'alice', to: 'bob', amount: hive(1), memo: 'x' }

function transactionOf(name: string, value: object) {
  return {
    ref_block_num: 34_559,
    ref_block_prefix: 1_271_006_404,
    expiration: '2026-01-01T00:10:00',
    operations: [{ type: `${name}_operation`, value }],
    extensions: [],
    signatures: [signature],
  }
}

async function idByHived(transaction: object): Promise<string> {
  const wax = await oracle()
  return wax.createTransactionFromJson(transaction as never).legacy_id
}

type Placed = { readonly id: string; readonly transaction: object; readonly digest: Buffer }

function known(): Placed {
  const transaction = transactionOf('transfer', transfer)
  const { id, merkleDigest } = sealTransaction(readTransaction(transaction), 'legacy', '')
  return { id, transaction, digest: merkleDigest }
}

async function other(name: string): Promise<Placed> {
  const transaction = transactionOf(name, foreign[name] ?? {})
  const id = await idByHived(transaction)
  const digest = foreignDigest(transaction, id)
  if (!digest) throw new Error(`${name} is not packed`)
  return { id, transaction, digest }
}

function blockOf(placed: readonly Placed[], changes: object = {}): ApiBlock {
  const previous = `00000006${'0'.repeat(32)}`
  const timestamp = '2026-01-01T00:00:00'
  const root = merkleRoot(placed.map(({ digest }) => digest))
  const header = { previous, time: parseChainTime(timestamp), witness: 'witness', merkleRoot: root }
  return ApiBlock.parse({
    previous,
    timestamp,
    witness: 'witness',
    transaction_merkle_root: root,
    extensions: [],
    witness_signature: signature,
    block_id: blockId({ ...header, signature }),
    transactions: placed.map(({ transaction }) => transaction),
    transaction_ids: placed.map(({ id }) => id),
    ...changes,
  })
}

describe("other people's transactions", () => {
  test.each(Object.keys(foreign))(
    '%s has the id that hived gives it, and a digest',
    async (name) => {
      const { digest, transaction } = await other(name)
      expect(digest).toHaveLength(32)
      expect(foreignDigest(transaction, 'f'.repeat(40))).toBeNull()
    },
  )

  test('have the digest of their signed bytes', async () => {
    const value = transactionOf('transfer', transfer)
    const { id, digest } = known()
    expect(foreignDigest(value, id)?.equals(digest)).toBe(true)
    const changed = { ...value, signatures: [`1f${'7'.repeat(128)}`] }
    expect(foreignDigest(changed, id)?.equals(digest)).toBe(false)
    expect(createHash('sha256').update(digest).digest()).toHaveLength(32)
  })
})

describe('a block', () => {
  test('is whole with transactions of the market and of others, or none', async () => {
    const all = await Promise.all(Object.keys(foreign).map(other))
    expect(sealOf(blockOf([known(), ...all]))).toBe('whole')
    expect(sealOf(blockOf([]))).toBe('whole')
  })

  test.each([
    ['another time', { timestamp: '2026-01-01T00:00:03' }],
    ['another witness', { witness: 'mallory' }],
    ['another parent', { previous: `00000006${'1'.repeat(32)}` }],
    ['another root', { transaction_merkle_root: '1'.repeat(40) }],
    ['a transaction less', { transactions: [], transaction_ids: [] }],
    ['another id for a transaction', { transaction_ids: ['1'.repeat(40)] }],
  ])('with %s is broken', (_, changes) => {
    expect(sealOf(blockOf([known()], changes))).toBe('broken')
  })

  test('with an altered amount is broken, whatever id goes with it', () => {
    const transaction = transactionOf('transfer', { ...transfer, amount: hive(2) })
    const { id } = sealTransaction(readTransaction(transaction), 'legacy', '')
    const { id: old } = known()
    for (const transaction_ids of [[id], [old]])
      expect(sealOf(blockOf([known()], { transactions: [transaction], transaction_ids }))).toBe(
        'broken',
      )
  })

  test('is partial where something in it cannot be packed', () => {
    const unheard = { ...transactionOf('future', {}), extensions: [] }
    const placed = { id: '2'.repeat(40), transaction: unheard, digest: Buffer.alloc(32) }
    expect(sealOf(blockOf([placed]))).toBe('partial')
    expect(sealOf(blockOf([known()], { extensions: [{ type: 'version', value: '1.28.0' }] }))).toBe(
      'whole',
    )
  })
})
