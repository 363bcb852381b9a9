import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { blockId } from '#node/devchain/hive/block-header.ts'
import { merkleRoot } from '#node/devchain/hive/merkle.ts'
import { devchainPublicKey } from '#node/devchain/keys.ts'
import { networks } from '#node/networks.ts'

/**
 * A Hive node as the main network's public ones answer, with answers written after hived's own documentation and tests (see
 * `test/node/chain/public-node-forms.test.ts` for where each form comes from). It has blocks, takes what is broadcast, and applies nothing.
 */
export type PublicNode = AsyncDisposable & {
  readonly url: string
  /** Methods that were called, in order. */
  readonly called: readonly string[]
}

/** An operation as block_api writes it. */
export type WireOperation = { readonly type: string; readonly value: object }

export const hbdAmount = (amount: string) => ({ amount, precision: 3, nai: '@@000000013' })
export const hiveAmount = (amount: string) => ({ amount, precision: 3, nai: '@@000000021' })
export const vestsAmount = (amount: string) => ({ amount, precision: 6, nai: '@@000000037' })

export const firstHeight = networks.mainnet.genesisHeight

/** Seconds since 1970 of the first block. */
const firstTime = Date.parse('2026-10-15T12:00:00Z') / 1_000

export const wireTime = (height: number): string =>
  new Date((firstTime + (height - firstHeight) * 3) * 1_000).toISOString().slice(0, 19)

/** A transaction in the form of block_api. */
export const wireTransaction = (operations: readonly WireOperation[]) => ({
  ref_block_num: 48_879,
  ref_block_prefix: 3_735_928_559,
  expiration: wireTime(firstHeight + 20),
  operations,
  extensions: [],
  signatures: ['20'.repeat(65)],
})
export type WireTransaction = ReturnType<typeof wireTransaction>

/** A transaction's id, and the hash of its signed bytes, which stands for it in its block. */
export type Packed = { readonly id: string; readonly digest: Buffer }

/**
 * Blocks in the form of block_api.get_block_range, each a list of transactions, that follow from one another by ids that prove
 * what is in them. The first is the first that the market reads.
 */
export function wireChain(
  blocks: readonly (readonly WireTransaction[])[],
  pack: (transaction: WireTransaction) => Packed = neverPacked,
) {
  const witness = 'gtg'
  const witness_signature = '1f'.repeat(65)
  let previous = `${(firstHeight - 1).toString(16).padStart(8, '0')}${'5c'.repeat(16)}`
  return blocks.map((transactions, index) => {
    const timestamp = wireTime(firstHeight + index)
    const packed = transactions.map(pack)
    const root = merkleRoot(packed.map(({ digest }) => digest))
    const time = Date.parse(`${timestamp}Z`) / 1_000
    const header = { previous, time, witness, merkleRoot: root }
    const block = {
      previous,
      timestamp,
      witness,
      transaction_merkle_root: root,
      extensions: [],
      witness_signature,
      transactions,
      block_id: blockId({ ...header, signature: witness_signature }),
      signing_key: devchainPublicKey(witness, 'active'),
      transaction_ids: packed.map(({ id }) => id),
    }
    previous = block.block_id
    return block
  })
}
export type WireBlock = ReturnType<typeof wireChain>[number]

function neverPacked(): never {
  throw new Error('only blocks without transactions need nothing that packs them')
}

const wireVersion = {
  blockchain_version: '1.28.7',
  hive_revision: '1584099c00000000000000000000000000000000',
  fc_revision: '1584099c00000000000000000000000000000000',
  chain_id: networks.mainnet.chainId,
  node_type: 'mainnet',
}

export const wireProperties = (head: number) => ({
  id: 0,
  head_block_number: head,
  head_block_id: `${head.toString(16).padStart(8, '0')}${'5c'.repeat(16)}`,
  time: wireTime(head),
  current_witness: 'gtg',
  total_pow: '514415',
  num_pow_witnesses: 172,
  virtual_supply: hiveAmount('538291734123'),
  current_supply: hiveAmount('498123456789'),
  init_hbd_supply: hbdAmount('0'),
  current_hbd_supply: hbdAmount('32145678901'),
  total_vesting_fund_hive: hiveAmount('195812345678'),
  total_vesting_shares: vestsAmount('321456789012345678'),
  total_reward_fund_hive: hiveAmount('0'),
  total_reward_shares2: '0',
  pending_rewarded_vesting_shares: vestsAmount('987654321098765'),
  pending_rewarded_vesting_hive: hiveAmount('612345678'),
  hbd_interest_rate: 1_500,
  hbd_print_rate: 10_000,
  maximum_block_size: 65_536,
  required_actions_partition_percent: 0,
  current_aslot: head + 120_000,
  recent_slots_filled: '340282366920938463463374607431768211455',
  participation_count: 128,
  last_irreversible_block_num: head,
  vote_power_reserve_rate: 10,
  delegation_return_period: 432_000,
  available_account_subsidies: 21_234_567,
  hbd_stop_percent: 2_000,
  hbd_start_percent: 2_000,
  next_maintenance_time: wireTime(head + 100),
  last_budget_time: wireTime(head - 100),
  next_daily_maintenance_time: wireTime(head + 1_000),
  content_reward_percent: 6_500,
  vesting_reward_percent: 1_500,
  proposal_fund_percent: 1_000,
  dhf_interval_ledger: hbdAmount('123456'),
  downvote_pool_percent: 2_500,
  current_remove_threshold: 200,
  early_voting_seconds: 86_400,
  mid_voting_seconds: 172_800,
  max_consecutive_recurrent_transfer_failures: 10,
  max_recurrent_transfer_end_date: 730,
  min_recurrent_transfers_recurrence: 24,
  max_open_recurrent_transfers: 255,
})

const authority = (name: string, role: 'owner' | 'active' | 'posting') => ({
  weight_threshold: 1,
  account_auths: role === 'posting' ? [['peakd.app', 1]] : [],
  key_auths: [[devchainPublicKey(name, role), 1]],
})

/** An account in the form of condenser_api.get_accounts; its keys are those of the development chain. */
export const wireAccount = (name: string, overrides: object = {}) => ({
  id: 1_234_567,
  name,
  owner: authority(name, 'owner'),
  active: authority(name, 'active'),
  posting: authority(name, 'posting'),
  memo_key: devchainPublicKey(name, 'memo'),
  json_metadata: '{"profile":{"name":"Ann \\u00e9"}}',
  posting_json_metadata: '',
  proxy: '',
  previous_owner_update: '1970-01-01T00:00:00',
  last_owner_update: '1970-01-01T00:00:00',
  last_account_update: '2024-02-29T09:21:00',
  created: '2020-05-05T05:05:03',
  mined: false,
  recovery_account: 'ecency',
  last_account_recovery: '1970-01-01T00:00:00',
  reset_account: 'null',
  comment_count: 0,
  lifetime_vote_count: 0,
  post_count: 17,
  can_vote: true,
  voting_manabar: { current_mana: '51234567890', last_update_time: 1_790_000_000 },
  downvote_manabar: { current_mana: 12_345_678, last_update_time: 1_790_000_000 },
  voting_power: 9_800,
  balance: '12.345 HIVE',
  savings_balance: '0.000 HIVE',
  hbd_balance: '7.891 HBD',
  hbd_seconds: '19283746550',
  hbd_seconds_last_update: '2026-10-01T00:00:00',
  hbd_last_interest_payment: '2026-10-01T00:00:00',
  savings_hbd_balance: '1000.000 HBD',
  savings_hbd_seconds: '0',
  savings_hbd_seconds_last_update: '2026-10-01T00:00:00',
  savings_hbd_last_interest_payment: '2026-10-01T00:00:00',
  savings_withdraw_requests: 0,
  reward_hbd_balance: '0.000 HBD',
  reward_hive_balance: '0.000 HIVE',
  reward_vesting_balance: '0.000000 VESTS',
  reward_vesting_hive: '0.000 HIVE',
  vesting_shares: '1643572.128397 VESTS',
  delegated_vesting_shares: '0.000000 VESTS',
  received_vesting_shares: '0.000000 VESTS',
  vesting_withdraw_rate: '0.000000 VESTS',
  post_voting_power: '1643572.128397 VESTS',
  next_vesting_withdrawal: '1969-12-31T23:59:59',
  withdrawn: 0,
  to_withdraw: 0,
  withdraw_routes: 0,
  pending_transfers: 0,
  curation_rewards: 1_234,
  posting_rewards: 5_678,
  proxied_vsf_votes: [0, 0, 0, 0],
  witnesses_voted_for: 2,
  last_post: '2026-09-01T10:00:00',
  last_root_post: '2026-09-01T10:00:00',
  last_post_edit: '1970-01-01T00:00:00',
  last_vote_time: '2026-09-02T10:00:00',
  post_bandwidth: 0,
  pending_claimed_accounts: 0,
  open_recurrent_transfers: 0,
  governance_vote_expiration_ts: '2027-09-02T10:00:00',
  delayed_votes: [],
  vesting_balance: '0.000 HIVE',
  reputation: 0,
  transfer_history: [],
  market_history: [],
  post_history: [],
  vote_history: [],
  other_history: [],
  witness_votes: ['gtg', 'arcange'],
  tags_usage: [],
  guest_bloggers: [],
  ...overrides,
})

export type PublicChain = {
  /** Its blocks from the first that the market reads on; five empty ones unless told otherwise. */
  readonly blocks?: readonly WireBlock[]
  readonly virtual?: readonly object[]
  readonly account?: object
}

type Call = { readonly id: unknown; readonly method: string; readonly params: never }

/** A public node on this machine. What it is asked and does not know it refuses as hived does. */
export async function aPublicNode(chain: PublicChain = {}): Promise<PublicNode> {
  const called: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const call: Call = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    called.push(call.method)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', ...answerOf(chain, call), id: call.id }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    called,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

function answerOf(chain: PublicChain, { method, params }: Call): object {
  const { blocks = wireChain([[], [], [], [], []]), virtual = [], account } = chain
  const head = firstHeight + blocks.length - 1
  switch (method) {
    case 'database_api.get_version':
      return { result: wireVersion }
    case 'database_api.get_dynamic_global_properties':
      return { result: wireProperties(head) }
    case 'block_api.get_block_range': {
      const { starting_block_num: first, count } = params as Record<string, number>
      const from = first! - firstHeight
      return { result: { blocks: blocks.slice(from, from + count!) } }
    }
    case 'account_history_api.enum_virtual_ops': {
      const { block_range_end: end } = params as Record<string, number>
      return {
        result: {
          ops: virtual,
          ops_by_block: [],
          next_block_range_begin: end,
          next_operation_begin: 0,
        },
      }
    }
    case 'condenser_api.get_accounts': {
      const [[name]] = params as [[string]]
      return { result: [account ?? wireAccount(name)] }
    }
    case 'condenser_api.broadcast_transaction':
      return { result: {} }
    default:
      return { error: unknownMethod(method) }
  }
}

/** hived's answer to a method that it does not have. */
const unknownMethod = (method: string) => ({
  code: -32_002,
  message: `Assert Exception:method_itr != api_itr->second.end(): Could not find method ${method}`,
  data: { code: 10, name: 'assert_exception', message: 'Assert Exception', stack: [] },
})
