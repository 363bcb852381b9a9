import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAccounts } from '#node/chain/accounts.ts'
import { ChainAssertError } from '#node/chain/answer-reader.ts'
import type { SourcedBlock } from '#node/chain/block-source.ts'
import { createBlockSources } from '#node/chain/block-source.ts'
import { CondenserAccount, VirtualOperations } from '#node/chain/chain-schemas.ts'
import type { HiveEndpoint } from '#node/chain/hive-endpoint.ts'
import { createHiveEndpoint } from '#node/chain/hive-endpoint.ts'
import { createHiveRpc, HiveRpcOptions } from '#node/chain/hive-rpc.ts'
import { devchainPublicKey } from '#node/devchain/keys.ts'
import { networks } from '#node/networks.ts'
import { parseChainTime } from '#protocol/ids.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import { formatOperation } from '#protocol/operation.ts'
import { account, alice, anOffer, height } from '../../support/builders.ts'
import { silent } from '../../support/peers.ts'
import type {
  Packed,
  WireBlock,
  WireOperation,
  WireTransaction,
} from '../../support/public-node.ts'
import {
  aPublicNode,
  firstHeight,
  hbdAmount,
  hiveAmount,
  vestsAmount,
  wireAccount,
  wireChain,
  wireProperties,
  wireTime,
  wireTransaction,
} from '../../support/public-node.ts'
import { createHivedOracle } from '../devchain/hive/hived-oracle.ts'

/**
 * Answers in the forms of the main network's public nodes, through every schema that stands between them and this program.
 * All are written by hand. Where each form comes from:
 *
 * - blocks (`block_api.get_block_range`): hived's block_api, operations as `{type, value}` and amounts as `{amount, precision, nai}`;
 *   the development chain's copy of it agrees with wax, which is hived's own protocol code.
 * - virtual operations: hived's `condenser_api_ops_in_block_tests.cpp` for numbering (one caused by a transaction has its id and
 *   the next `op_in_trx`; one of the block has 40 zeros, `trx_in_block` 4294967295 and counts from 1); HAfAH's documentation for
 *   `operation_id` as text or number and `virtual_op` as 0 or 1; hived's developer pages for `next_operation_begin` as text.
 * - accounts (`condenser_api.get_accounts`): hived's legacy form, amounts as "1.000 HIVE", numbers beyond 32 bits as text (fc's rule).
 * - errors of hived: `json_rpc_plugin.hpp` (codes, `data.code`, `data.name`, `data.stack`); of jussi: its `errors.py` and
 *   its issues 53 and 196 (no id, -32603, 1100); HTTP errors: what nginx and CDNs in front of nodes answer.
 */

const network = networks.mainnet
const withinTime = () => AbortSignal.timeout(10_000)

const endpointAt = (url: string) =>
  createHiveEndpoint({
    url,
    chainId: network.chainId,
    timeoutMs: 5_000,
    answerLimit: 4 * 1024 * 1024,
  })

const sourceAt = (url: string) => createBlockSources([endpointAt(url)], network)[0]!

const offer = formatOperation(anOffer())
const customJson = (overrides: object): WireOperation => ({
  type: 'custom_json_operation',
  value: {
    required_auths: [],
    required_posting_auths: ['alice'],
    id: network.operationId,
    json: offer,
    ...overrides,
  },
})
const parties = { from: 'alice', to: 'bob', agent: 'carol', escrow_id: 4_294_967_295 }
const actionParties = { from: 'alice', to: 'bob', agent: 'carol', escrow: 4_294_967_295 }
const escrowTransfer = (overrides: object = {}): WireOperation => ({
  type: 'escrow_transfer_operation',
  value: {
    ...parties,
    hbd_amount: hbdAmount('5000'),
    hive_amount: hiveAmount('0'),
    fee: hbdAmount('100'),
    ratification_deadline: wireTime(firstHeight + 60),
    escrow_expiration: wireTime(firstHeight + 1_000),
    json_meta: '',
    ...overrides,
  },
})

/** What everybody else does on the chain, in forms that could trip a reader. */
const strangers: readonly WireOperation[] = [
  {
    type: 'vote_operation',
    value: { voter: 'ann', author: 'ben', permlink: 'a-post', weight: -10_000 },
  },
  {
    type: 'comment_options_operation',
    value: {
      author: 'ben',
      permlink: 'a-post',
      max_accepted_payout: hbdAmount('1000000000'),
      percent_hbd: 10_000,
      allow_votes: true,
      allow_curation_rewards: true,
      extensions: [
        {
          type: 'comment_payout_beneficiaries',
          value: { beneficiaries: [{ account: 'ann', weight: 500 }] },
        },
      ],
    },
  },
  {
    type: 'transfer_to_vesting_operation',
    value: { from: 'ann', to: '', amount: hiveAmount('1') },
  },
  {
    type: 'delegate_vesting_shares_operation',
    value: { delegator: 'ann', delegatee: 'ben', vesting_shares: vestsAmount('1643572128397') },
  },
  customJson({ id: 'ssc-mainnet-hive', json: 'nope' }),
  customJson({ id: 'sm_market_purchase', required_auths: ['ann', 'ben'], json: '[]' }),
  customJson({ id: '', json: '{"a":01}' }),
  { type: 'custom_operation', value: { required_auths: ['ann'], id: 777, data: '0a62' } },
  {
    type: 'witness_set_properties_operation',
    value: { owner: 'gtg', props: [['key', '02']], extensions: [] },
  },
]

const oracle = createHivedOracle()

/** Blocks whose transactions were packed by hived's own code. */
async function blocksOf(
  blocks: readonly (readonly (readonly WireOperation[])[])[],
): Promise<readonly WireBlock[]> {
  const transactions = blocks.map((block) => block.map(wireTransaction))
  const packed = new Map<WireTransaction, Packed>()
  for (const transaction of transactions.flat()) {
    const read1 = (await oracle()).createTransactionFromJson(transaction as never)
    const bytes = Buffer.from(read1.legacy_binaryViewMetadata.binary, 'hex')
    const digest = createHash('sha256').update(bytes).digest()
    packed.set(transaction, { id: read1.legacy_id, digest })
  }
  return wireChain(transactions, (transaction) => packed.get(transaction)!)
}

const read = async (
  blocks: readonly WireBlock[],
  virtual: readonly object[] = [],
): Promise<readonly SourcedBlock[]> => {
  await using node = await aPublicNode({ blocks, virtual })
  const last = height(firstHeight + blocks.length - 1)
  return await sourceAt(node.url).range(height(firstHeight), last, withinTime())
}

const actionsOf = async (
  operations: readonly WireOperation[],
): Promise<readonly LedgerAction[]> => {
  const [sourced] = await read(await blocksOf([[operations]]))
  return sourced!.block.operations.map(({ action }) => action)
}

describe('blocks', () => {
  test.each(
    [...strangers, customJson({}), escrowTransfer()].map(
      (operation) => [operation.type, operation] as const,
    ),
  )(
    "hold operations in the form that hived's own code reads and writes (%s)",
    async (_, operation) => {
      const wax = (await oracle()).createTransactionFromJson(wireTransaction([operation]) as never)
      wax.validate()
      expect(JSON.parse(wax.toApi()).operations).toEqual([operation])
    },
  )

  test('have their number, link and time, and the ids of all their transactions', async () => {
    const blocks = await blocksOf([[strangers, [customJson({})]], []])
    const [first, second] = await read(blocks)
    const [wire] = blocks
    expect(first).toMatchObject({
      block: {
        height: firstHeight,
        id: wire?.block_id,
        previous: wire?.previous,
        time: parseChainTime('2026-10-15T12:00:00'),
        operations: [
          {
            position: 0,
            transaction: wire?.transaction_ids[1],
            action: {
              type: 'custom-json',
              signers: [{ account: 'alice', role: 'posting' }],
              json: offer,
            },
          },
        ],
      },
      transactions: wire?.transaction_ids,
      seal: expect.any(Function),
    })
    expect(second?.block).toMatchObject({ previous: wire?.block_id, operations: [] })
  })

  test('are proved by their ids, as far as this program can pack what is in them', async () => {
    const market = [customJson({}), escrowTransfer()]
    const blocks = await blocksOf([[market], [], ...strangers.map((operation) => [[operation]])])
    const seals = (await read(blocks)).map(({ seal }) => seal())
    expect(seals.slice(0, 2)).toEqual(['whole', 'whole'])
    expect(seals).not.toContain('broken')
    const forged = blocks.map((block) => ({ ...block, transactions: [], transaction_ids: [] }))
    expect((await read(forged))[0]?.seal()).toBe('broken')
  })

  test("of other people's operations only mean nothing to the market", async () => {
    expect(await actionsOf(strangers)).toEqual([])
  })

  test('have the last block that cannot change', async () => {
    await using node = await aPublicNode({ blocks: wireChain(Array(10).fill([])) })
    expect(await sourceAt(node.url).lastIrreversible(withinTime())).toBe(firstHeight + 9)
  })

  test('that are not there yet are missed', async () => {
    await using node = await aPublicNode({ blocks: wireChain([[]]) })
    const range = sourceAt(node.url).range(
      height(firstHeight),
      height(firstHeight + 5),
      withinTime(),
    )
    await expect(range).rejects.toMatchObject({ code: 'chain-inconsistent' })
  })
})

test.each<[string, WireOperation, LedgerAction | null]>([
  [
    'custom_json by active and posting keys',
    customJson({ required_auths: ['bob'], required_posting_auths: ['alice'] }),
    {
      type: 'custom-json',
      signers: [
        { account: account('bob'), role: 'active' },
        { account: alice, role: 'posting' },
      ],
      json: offer,
    },
  ],
  [
    'custom_json that is no JSON but that hived takes',
    customJson({ json: '{"v":1,}' }),
    { type: 'custom-json', signers: [{ account: alice, role: 'posting' }], json: '{"v":1,}' },
  ],
  [
    'escrow_transfer',
    escrowTransfer({ json_meta: '{"app":"spk-encoder"}' }),
    {
      type: 'escrow-transfer',
      ...actionParties,
      hbd: 5_000n,
      hive: '0',
      fee: 100n,
      meta: '{"app":"spk-encoder"}',
      ratificationDeadline: parseChainTime(wireTime(firstHeight + 60)),
      expiration: parseChainTime(wireTime(firstHeight + 1_000)),
    } as LedgerAction,
  ],
  [
    "a stranger's escrow_transfer with a fee in HIVE",
    escrowTransfer({ fee: hiveAmount('1') }),
    null,
  ],
  [
    'escrow_approve',
    { type: 'escrow_approve_operation', value: { ...parties, who: 'bob', approve: true } },
    { type: 'escrow-approve', ...actionParties, who: 'bob', approve: true } as LedgerAction,
  ],
  [
    'escrow_dispute',
    { type: 'escrow_dispute_operation', value: { ...parties, who: 'alice' } },
    { type: 'escrow-dispute', ...actionParties, who: 'alice' } as LedgerAction,
  ],
  [
    'escrow_release',
    {
      type: 'escrow_release_operation',
      value: {
        ...parties,
        who: 'alice',
        receiver: 'bob',
        hbd_amount: hbdAmount('9223372036854775807'),
        hive_amount: hiveAmount('0'),
      },
    },
    {
      type: 'escrow-release',
      ...actionParties,
      who: 'alice',
      receiver: 'bob',
      hbd: 9_223_372_036_854_775_807n,
    } as LedgerAction,
  ],
])('%s is read', async (_, operation, action) => {
  expect(await actionsOf([operation])).toEqual(action === null ? [] : [action])
})

test.each<[string, WireOperation]>([
  ['an amount in another asset', escrowTransfer({ hbd_amount: hiveAmount('5000') })],
  ['a legacy amount', escrowTransfer({ hbd_amount: '5.000 HBD' })],
  ['a sign', escrowTransfer({ hbd_amount: hbdAmount('-5000') })],
  ['an escrow number of more than 32 bits', escrowTransfer({ escrow_id: 4_294_967_296 })],
])('%s in a block is not believed', async (_, operation) => {
  const honest = await blocksOf([[[escrowTransfer()]]])
  const forged = honest.map((block) => ({ ...block, transactions: [wireTransaction([operation])] }))
  await expect(read(forged)).rejects.toThrow(z.ZodError)
})

/** An escrow_approved that a transaction caused, and an escrow_rejected of the block itself, as hived numbers them. */
const approvedBy = (trx_id: string) => ({
  trx_id,
  block: firstHeight,
  trx_in_block: 0,
  op_in_trx: 2,
  virtual_op: true,
  timestamp: wireTime(firstHeight),
  op: { type: 'escrow_approved_operation', value: { ...parties, fee: hbdAmount('100') } },
})
const rejected = {
  trx_id: '0000000000000000000000000000000000000000',
  block: firstHeight,
  trx_in_block: 4_294_967_295,
  op_in_trx: 2,
  virtual_op: true,
  timestamp: wireTime(firstHeight),
  op: {
    type: 'escrow_rejected_operation',
    value: {
      ...parties,
      hbd_amount: hbdAmount('5000'),
      hive_amount: hiveAmount('0'),
      fee: hbdAmount('100'),
    },
  },
}

describe('virtual operations', () => {
  test.each<[string, (row: object) => object]>([
    ['hived', (row) => row],
    ['HAfAH', (row) => ({ ...row, operation_id: '476741369856000832' })],
    ['an older HAfAH', (row) => ({ ...row, virtual_op: 1, operation_id: 5 })],
  ])('are read as %s writes them, behind the block’s own', async (_, form) => {
    const blocks = await blocksOf([[[customJson({})]]])
    const [id] = blocks[0]!.transaction_ids
    const [{ block } = { block: null }] = await read(blocks, [
      form(approvedBy(id!)),
      form(rejected),
    ])
    expect(
      block?.operations.map(({ transaction, position, action }) => [
        transaction,
        position,
        action.type,
      ]),
    ).toEqual([
      [id, 0, 'custom-json'],
      [id, 1, 'escrow-approved'],
      ['0'.repeat(40), 2, 'escrow-rejected'],
    ])
    expect(block?.operations[2]?.action).toEqual({ type: 'escrow-rejected', ...actionParties })
  })

  const paged = async (pages: readonly object[]) => {
    const left = [...pages]
    const asked: { operation_begin: unknown }[] = []
    await using node = await aPublicNode()
    const endpoint = endpointAt(node.url)
    const pager: HiveEndpoint = {
      url: endpoint.url,
      call: async (method, params, result, signal) => {
        if (method !== 'account_history_api.enum_virtual_ops')
          return await endpoint.call(method, params, result, signal)
        asked.push(params as never)
        return result.parse({ ops_by_block: [], ...left.shift() })
      },
    }
    const [source] = createBlockSources([pager], network)
    await source?.range(height(firstHeight), height(firstHeight + 2), withinTime())
    return asked.map(({ operation_begin: from }) => from)
  }

  test('go on where a page ended, by a number that only text can carry', async () => {
    const cut = { ops: [], next_block_range_begin: firstHeight + 1 }
    const end = { ops: [], next_block_range_begin: firstHeight + 3, next_operation_begin: 0 }
    expect(await paged([{ ...cut, next_operation_begin: '476741374150967297' }, end])).toEqual([
      0,
      '476741374150967297',
    ])
  })

  test('are not taken up at a number that was rounded on its way', async () => {
    const rounded = {
      ops: [],
      next_block_range_begin: firstHeight + 1,
      next_operation_begin: 476_741_374_150_967_300,
    }
    await expect(paged([rounded])).rejects.toMatchObject({ code: 'chain-inconsistent' })
  })

  test.each([0, '0', 476_741_374_150_967_300, '476741374150967297'])(
    'end with their range, whatever number (%s) comes after it',
    async (next_operation_begin) => {
      const next_block_range_begin = firstHeight + 90
      expect(await paged([{ ops: [], next_block_range_begin, next_operation_begin }])).toEqual([0])
    },
  )

  test('have no other form', () => {
    const page = { ops: [], next_block_range_begin: 0 }
    for (const next_operation_begin of [-1, 'soon', null])
      expect(VirtualOperations.safeParse({ ...page, next_operation_begin }).success).toBe(false)
  })
})

describe('an account', () => {
  test('is read with its authorities and balances, and everything else let through', async () => {
    await using node = await aPublicNode({ account: wireAccount('alice') })
    const rpc = createHiveRpc(
      { logger: silent },
      HiveRpcOptions.parse({ urls: [node.url], chainId: network.chainId }),
    )
    const accounts = createAccounts({ rpc, now: () => 0 }, { ttlMs: 1_000, limit: 10 })
    expect(await accounts.balanceOf(alice)).toBe(7_891n)
    expect(
      await accounts.isAuthorised(alice, 'posting', [devchainPublicKey('alice', 'posting')]),
    ).toBe(true)
    expect(await accounts.find(alice)).toMatchObject({ name: 'alice', balance: '12.345 HIVE' })
  })

  test.each([
    ['amounts as objects', { hbd_balance: hbdAmount('7891') }],
    ['an amount of another precision', { hbd_balance: '7.89 HBD' }],
    ['its authorities as objects', { active: { weight_threshold: 1, key_auths: {} } }],
  ])('with %s is not believed', (_, overrides) => {
    expect(CondenserAccount.safeParse(wireAccount('alice', overrides)).success).toBe(false)
    expect(CondenserAccount.safeParse(wireAccount('alice')).success).toBe(true)
  })
})

type Form = { readonly status?: number; readonly body: string }

const hivedError = (code: number, name: string, message: string): Form => ({
  body: JSON.stringify({
    jsonrpc: '2.0',
    error: {
      code,
      message,
      data: {
        code: 3_010_000,
        name,
        message: 'missing required active authority',
        stack: [
          {
            context: {
              level: 'error',
              file: 'transaction_util.cpp',
              line: 49,
              method: 'verify_authority',
              hostname: '',
              thread_name: 'th_a',
              timestamp: '2026-10-15T12:00:00',
            },
            format: 'Missing Active Authority',
            data: {},
          },
        ],
      },
    },
    id: 2,
  }),
})

/** A node that proves its chain and then answers by a form. */
async function answering<T>(
  { status = 200, body }: Form,
  use: (url: string) => Promise<T>,
): Promise<T> {
  await using honest = await aPublicNode()
  const server = createServer(async (request, response) => {
    const text = await textOf(request)
    if (!text.includes('get_version')) {
      response.writeHead(status, { 'content-type': 'text/html' }).end(body)
      return
    }
    response.end(await (await fetch(honest.url, { method: 'POST', body: text })).text())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const ask = async (url: string): Promise<unknown> =>
  await endpointAt(url)
    .call('condenser_api.broadcast_transaction', [{}], z.unknown())
    .catch((error: unknown) => error)

describe('a refusal of hived', () => {
  test.each<[string, Form, string | null]>([
    [
      'for a signature that is missing',
      hivedError(-32_003, 'tx_missing_active_auth', 'Missing Active Authority alice'),
      'tx_missing_active_auth',
    ],
    [
      'for its time',
      hivedError(-32_003, 'transaction_expiration_exception', 'transaction expiration exception'),
      'transaction_expiration_exception',
    ],
    [
      'for lack of resource credits',
      hivedError(-32_003, 'not_enough_rc_exception', 'Account: alice has 1 RC, needs 2 RC.'),
      'not_enough_rc_exception',
    ],
    [
      'by the code of older nodes',
      hivedError(-32_000, 'tx_missing_posting_auth', 'Missing Posting Authority'),
      'tx_missing_posting_auth',
    ],
    [
      'under an HTTP error that a proxy made of it',
      {
        ...hivedError(-32_003, 'assert_exception', 'Assert Exception:now < expiration'),
        status: 500,
      },
      'assert_exception',
    ],
    [
      'by an index, without data',
      {
        body: '{"jsonrpc":"2.0","error":{"code":-32003,"message":"Assert Exception:blockRangeEnd > blockRangeBegin"},"id":2}',
      },
      null,
    ],
  ])('%s is one', async (_, form, exception) => {
    const error = await answering(form, ask)
    expect(error).toBeInstanceOf(ChainAssertError)
    expect(error).toMatchObject({ exception })
  })
})

describe('no answer at all', () => {
  const forms: readonly (readonly [string, Form, RegExp])[] = [
    [
      "jussi's timeout, which has no id",
      {
        body: '{"error":{"code":-32603,"data":{"request":{"method":"POST","path":"/"},"error_id":"b5733906"},"message":"Internal Error"},"jsonrpc":"2.0"}',
      },
      /^error -32603: Internal Error$/,
    ],
    [
      "jussi's upstream error",
      {
        body: '{"jsonrpc":"2.0","id":2,"error":{"code":1100,"message":"Bad or missing upstream response","data":{"error_id":"7dd13158"}}}',
      },
      /^error 1100/,
    ],
    [
      'a proxy that does not know the method',
      {
        body: '{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":2}',
      },
      /^error -32601/,
    ],
    ['too many requests', { status: 429, body: '<html>429 Too Many Requests</html>' }, /HTTP 429/],
    ['a bad gateway', { status: 502, body: '<html>502 Bad Gateway</html>' }, /HTTP 502/],
    ['a proxy’s JSON of another kind', { status: 503, body: '{"error":"no backend"}' }, /HTTP 503/],
    ['a page that says all is well', { body: '<!doctype html><title>Just a moment…' }, /JSON/],
    ['nothing', { body: '' }, /JSON/],
    ['half an answer', { body: '{"jsonrpc":"2.0","result":{"blo' }, /JSON/],
    ['a batch', { body: '[{"jsonrpc":"2.0","result":{},"id":2}]' }, /invalid/i],
    ['an answer to another request', { body: '{"jsonrpc":"2.0","result":{},"id":99}' }, /another/],
  ]

  test.each(forms)('%s is neither a refusal nor a result', async (_, form, message) => {
    const error = await answering(form, ask)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(ChainAssertError)
    expect(String((error as Error).message)).toMatch(message)
  })

  test.each(forms)('%s leads to the next node', async (_, form) => {
    await using honest = await aPublicNode()
    const found = await answering(form, async (url) =>
      createHiveRpc(
        { logger: silent },
        HiveRpcOptions.parse({ urls: [url, honest.url], chainId: network.chainId }),
      ).call(
        'database_api.get_dynamic_global_properties',
        {},
        z.looseObject({ head_block_number: z.int() }),
      ),
    )
    expect(found).toEqual(wireProperties(firstHeight + 4))
  })
})

test('a node of another chain is not asked anything else', async () => {
  await using node = await aPublicNode()
  const stranger = createHiveEndpoint({
    url: node.url,
    chainId: networks.devchain.chainId,
    timeoutMs: 5_000,
    answerLimit: 1_000_000,
  })
  const asked = stranger.call('condenser_api.get_accounts', [[['alice']]], z.unknown())
  await expect(asked).rejects.toMatchObject({ code: 'chain-foreign' })
  expect(node.called).toEqual(['database_api.get_version'])
})
