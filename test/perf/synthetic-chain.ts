import { blockId } from '#node/devchain/hive/block-header.ts'
import { merkleRoot } from '#node/devchain/hive/merkle.ts'
import { sealTransaction } from '#node/devchain/transactions/sealed-transaction.ts'
import { readTransaction } from '#node/devchain/transactions/transaction.ts'
import { formatHbd } from '#protocol/amount.ts'
import { formatChainTime } from '#protocol/ids.ts'
import type { LedgerAction, LedgerBlock } from '#protocol/ledger-block.ts'
import { hashHex } from '#test/support/builders.ts'
import { testNetwork } from '#test/support/test-chain.ts'

/** hived's answers about a run of blocks, as text. */
export type SyntheticRange = {
  readonly last: number
  readonly blocks: string
  readonly virtual: string
}

type Operation = { readonly type: string; readonly value: object }
type Placed = { readonly id: string; readonly transaction: object }

const rangeLength = 100
const signature = `20${'7'.repeat(128)}`

/**
 * Blocks such as a public chain's: a few of the market's operations among votes, comments, transfers and other applications'
 * custom_json. Their ids are made up, so they are for readers who compare endpoints and do not ask what an id proves.
 */
export function* ranges(market: Iterable<LedgerBlock>, others: number): Generator<SyntheticRange> {
  let run: object[] = []
  let virtual: object[] = []
  for (const block of market) {
    const { height, id, previous, time, operations } = block
    const filler = Array.from({ length: others }, (_, index) => foreign(height, index))
    const placed = [...filler, ...marketTransactions(block)]
    const witness = { witness: 'blocktrades', witness_signature: signature }
    run.push({
      previous,
      timestamp: formatChainTime(time),
      ...witness,
      transaction_merkle_root: hashHex(`root ${height}`).slice(0, 40),
      extensions: [],
      transactions: placed.map(({ transaction }) => transaction),
      block_id: id,
      signing_key: 'STM6vJmrwaX5TjgTS9dPH8KsArso5m91fVodJvv91j7G765wqcNM9',
      transaction_ids: placed.map((each) => each.id),
    })
    for (const { action, transaction, position } of operations)
      if (action.type === 'escrow-approved')
        virtual.push({
          block: height,
          trx_id: transaction,
          op_in_trx: position,
          virtual_op: true,
          op: apiOperation(action),
        })
    if (height % rangeLength !== 0) continue
    yield { last: height, ...answers(run, virtual) }
    run = []
    virtual = []
  }
}

/** Blocks whose ids prove them, of transfers and other applications' custom_json alone. */
export function* sealedRanges(blocks: number, others: number): Generator<SyntheticRange> {
  let previous = '0'.repeat(40)
  for (let first = 1; first <= blocks; first += rangeLength) {
    const run = Array.from({ length: rangeLength }, (_, offset) => {
      const block = sealedBlock(previous, first + offset, others)
      previous = block.block_id
      return block
    })
    yield { last: first + rangeLength - 1, ...answers(run, []) }
  }
}

function sealedBlock(previous: string, height: number, others: number) {
  const sealed = Array.from({ length: others }, (_, index) => {
    const operation = index % 4 === 0 ? transferOf(height, index) : gameMove(height, index)
    const transaction = transactionOf([operation])
    const { id, merkleDigest } = sealTransaction(readTransaction(transaction), 'legacy', '')
    return { transaction, id, merkleDigest }
  })
  const time = 1_000_000 + 3 * height
  const root = merkleRoot(sealed.map(({ merkleDigest }) => merkleDigest))
  const header = { previous, time, witness: 'blocktrades', merkleRoot: root, signature }
  return {
    previous,
    timestamp: formatChainTime(time as never),
    witness: header.witness,
    witness_signature: signature,
    transaction_merkle_root: root,
    extensions: [],
    transactions: sealed.map(({ transaction }) => transaction),
    block_id: blockId(header),
    transaction_ids: sealed.map(({ id }) => id),
  }
}

function answers(blocks: readonly object[], ops: readonly object[]) {
  const page = { ops, next_block_range_begin: 0, next_operation_begin: 0 }
  return {
    blocks: JSON.stringify({ jsonrpc: '2.0', result: { blocks }, id: 1 }),
    virtual: JSON.stringify({ jsonrpc: '2.0', result: page, id: 1 }),
  }
}

function transactionOf(operations: readonly object[]): object {
  return {
    ref_block_num: 34_559,
    ref_block_prefix: 1_271_006_404,
    expiration: '2026-01-01T00:10:00',
    operations,
    extensions: [],
    signatures: [signature],
  }
}

function marketTransactions({ operations }: LedgerBlock): readonly Placed[] {
  const real = operations.filter(
    ({ action }) => !action.type.startsWith('escrow-a') || action.type === 'escrow-approve',
  )
  const groups = Map.groupBy(real, ({ transaction }) => transaction)
  return [...groups].map(([id, group]) => ({
    id,
    transaction: transactionOf(group.map(({ action }) => apiOperation(action))),
  }))
}

function apiOperation(action: LedgerAction): Operation {
  if (action.type === 'custom-json')
    return {
      type: 'custom_json_operation',
      value: {
        required_auths: action.signers.flatMap(({ account, role }) =>
          role === 'active' ? [account] : [],
        ),
        required_posting_auths: action.signers.flatMap(({ account, role }) =>
          role === 'posting' ? [account] : [],
        ),
        id: testNetwork.operationId,
        json: action.json,
      },
    }
  const { type, escrow: escrow_id, from, to, agent, ...rest } = action
  const parties = { from, to, agent, escrow_id }
  const name = `${type.replaceAll('-', '_')}_operation`
  if (!('meta' in rest)) {
    const amounts =
      'hbd' in rest ? { hbd_amount: nai(rest.hbd), hive_amount: nai(0n, '@@000000021') } : {}
    const { hbd: _hbd, ...members } = { hbd: null, ...rest }
    return { type: name, value: { ...parties, ...members, ...amounts } }
  }
  return {
    type: name,
    value: {
      ...parties,
      hbd_amount: nai(rest.hbd),
      hive_amount: nai(0n, '@@000000021'),
      fee: nai(rest.fee),
      json_meta: rest.meta,
      ratification_deadline: formatChainTime(rest.ratificationDeadline),
      escrow_expiration: formatChainTime(rest.expiration),
    },
  }
}

function nai(amount: bigint, symbol = '@@000000013') {
  return { amount: amount.toString(), precision: 3, nai: symbol }
}

/** One of the kinds of which a public chain's blocks are made, about as often as there. */
function foreign(height: number, index: number): Placed {
  const kinds = [
    vote,
    gameMove,
    gameMove,
    vote,
    gameMove,
    comment,
    transferOf,
    gameMove,
    vote,
    gameMove,
  ]
  const kind = kinds[index % kinds.length] ?? vote
  const id = (height * 1_000 + index).toString(16).padStart(40, 'ab')
  return { id, transaction: transactionOf([kind(height, index)]) }
}

function vote(height: number, index: number): Operation {
  const value = {
    voter: `voter${height % 1_000}`,
    author: `author${index}`,
    permlink: `a-post-about-something-${height}-${index}`,
    weight: 10_000,
  }
  return { type: 'vote_operation', value }
}

function gameMove(height: number, index: number): Operation {
  const move = {
    match: `sm_${height}_${index}`,
    team: ['a', 'b', 'c'].map((card) => `${card}-${height}`),
    app: 'game/1.0.0',
    n: 'xK2mP9qLw',
  }
  const value = {
    required_auths: [],
    required_posting_auths: [`player${index}`],
    id: 'sm_submit_team',
    json: JSON.stringify(move),
  }
  return { type: 'custom_json_operation', value }
}

function transferOf(height: number, index: number): Operation {
  const value = {
    from: `payer${index}`,
    to: 'exchange',
    amount: nai(BigInt(height)),
    memo: `invoice ${height}-${index}`,
  }
  return { type: 'transfer_operation', value }
}

function comment(height: number, index: number): Operation {
  const body =
    `A paragraph of ${formatHbd(BigInt(height))} words with "quotes", umlauts äöü and\nnew lines. `.repeat(
      18,
    )
  const value = {
    parent_author: '',
    parent_permlink: 'hive-100000',
    author: `author${index}`,
    permlink: `post-${height}`,
    title: `What happened in block ${height}`,
    body,
    json_metadata: JSON.stringify({ tags: ['video', 'hive'], app: 'peakd/2026.1', image: [] }),
  }
  return { type: 'comment_operation', value }
}
