import type { Chain } from '../chain/chain.ts'
import type { Asset } from '../hive/asset.ts'
import { hbd, hive } from '../hive/asset.ts'
import { formatTime } from '../hive/chain-time.ts'
import type { Form } from '../hive/field.ts'
import { asset } from '../hive/fields.ts'
import { blockProducer, limits } from '../hive/limits.ts'
import type { State } from '../state/state.ts'
import type { Printed } from './printed.ts'

const never = formatTime(0)
const allSlots = (2n ** 128n - 1n).toString()

/**
 * The dynamic global properties. Of what the development chain does not have (vesting, rewards, inflation) it says zero,
 * and mainnet's parameters where there are such.
 */
export function printGlobalProperties(
  { head, lastIrreversible, state }: Chain,
  form: Form,
): Printed {
  const print = (amount: Asset): unknown => asset.print(amount, form)
  const noHive = print(hive(0n))
  const noHbd = print(hbd(0n))
  const noVests = print({ amount: 0n, symbol: 'VESTS' })
  const supply = supplyOf(state)
  return {
    head_block_number: head.number,
    head_block_id: head.id,
    time: formatTime(head.time),
    current_witness: blockProducer,
    total_pow: 0,
    num_pow_witnesses: 0,
    virtual_supply: print(hive(supply.hive)),
    current_supply: print(hive(supply.hive)),
    init_hbd_supply: noHbd,
    current_hbd_supply: print(hbd(supply.hbd)),
    total_vesting_fund_hive: noHive,
    total_vesting_shares: noVests,
    total_reward_fund_hive: noHive,
    total_reward_shares2: '0',
    pending_rewarded_vesting_shares: noVests,
    pending_rewarded_vesting_hive: noHive,
    hbd_interest_rate: 0,
    hbd_print_rate: 10_000,
    maximum_block_size: limits.maximumBlockSize,
    current_aslot: head.number,
    recent_slots_filled: allSlots,
    participation_count: 128,
    last_irreversible_block_num: lastIrreversible,
    vote_power_reserve_rate: 10,
    delegation_return_period: 432_000,
    reverse_auction_seconds: 0,
    available_account_subsidies: 0,
    hbd_stop_percent: 2_000,
    hbd_start_percent: 2_000,
    next_maintenance_time: never,
    last_budget_time: never,
    next_daily_maintenance_time: never,
    content_reward_percent: 6_500,
    vesting_reward_percent: 1_500,
    proposal_fund_percent: 1_000,
    dhf_interval_ledger: noHbd,
    downvote_pool_percent: 2_500,
    current_remove_threshold: 200,
    early_voting_seconds: 86_400,
    mid_voting_seconds: 172_800,
    max_consecutive_recurrent_transfer_failures: 10,
    max_recurrent_transfer_end_date: 730,
    min_recurrent_transfers_recurrence: 24,
    max_open_recurrent_transfers: 255,
  }
}

/** All money there is: what accounts and escrows hold. */
function supplyOf({ accounts, escrows }: State): { readonly hbd: bigint; readonly hive: bigint } {
  const supply = { hbd: 0n, hive: 0n }
  const add = ({ amount, symbol }: Asset): void => {
    supply[symbol === 'HBD' ? 'hbd' : 'hive'] += amount
  }
  for (const [, { hbd: held, hive: heldHive }] of accounts.entries()) {
    add(held)
    add(heldHive)
  }
  for (const [, escrow] of escrows.entries()) {
    for (const amount of [escrow.hbd, escrow.hive, escrow.fee]) add(amount)
  }
  return supply
}
