import type { Asset } from '../hive/asset.ts'
import { hbd, hive } from '../hive/asset.ts'
import { authority } from '../hive/authority-field.ts'
import { formatTime } from '../hive/chain-time.ts'
import type { Form } from '../hive/field.ts'
import { asset } from '../hive/fields.ts'
import { nullAccount } from '../hive/limits.ts'
import type { Account } from '../state/account.ts'
import type { Printed } from './printed.ts'

const never = formatTime(0)
/** hived's way to say that no withdrawal is under way. */
const noWithdrawal = '1969-12-31T23:59:59'

/** An account as `condenser_api.get_accounts` shows it. */
export function printLegacyAccount(account: Account): Printed {
  return {
    ...printCommon(account, 'legacy'),
    voting_power: 0,
    vesting_balance: asset.print(hive(0n), 'legacy'),
    reputation: 0,
    transfer_history: [],
    market_history: [],
    post_history: [],
    vote_history: [],
    other_history: [],
    witness_votes: [],
    tags_usage: [],
    guest_bloggers: [],
  }
}

/** An account as `database_api.find_accounts` shows it. */
export function printAccount(account: Account): Printed {
  return { ...printCommon(account, 'hf26'), last_post_edit: never, is_smt: false }
}

function printCommon(account: Account, form: Form) {
  return {
    id: account.id,
    name: account.name,
    owner: authority.print(account.owner, form),
    active: authority.print(account.active, form),
    posting: authority.print(account.posting, form),
    memo_key: account.memoKey,
    json_metadata: account.jsonMetadata,
    posting_json_metadata: '',
    proxy: '',
    previous_owner_update: formatTime(account.previousOwnerUpdate),
    last_owner_update: formatTime(account.lastOwnerUpdate),
    last_account_update: formatTime(account.lastAccountUpdate),
    created: formatTime(account.created),
    mined: false,
    recovery_account: account.recoveryAccount,
    last_account_recovery: never,
    reset_account: nullAccount,
    ...printActivity(account),
    ...printBalances(account, form),
  }
}

/** Posts and votes: the development chain has none. */
function printActivity({ created }: Account) {
  const emptyMana = { current_mana: 0, last_update_time: created }
  return {
    comment_count: 0,
    lifetime_vote_count: 0,
    post_count: 0,
    can_vote: true,
    voting_manabar: emptyMana,
    downvote_manabar: emptyMana,
    curation_rewards: 0,
    posting_rewards: 0,
    proxied_vsf_votes: [0, 0, 0, 0],
    witnesses_voted_for: 0,
    last_post: never,
    last_root_post: never,
    last_vote_time: never,
    post_bandwidth: 0,
    pending_claimed_accounts: 0,
    open_recurrent_transfers: 0,
    delayed_votes: [],
    governance_vote_expiration_ts: noWithdrawal,
  }
}

function printBalances(account: Account, form: Form) {
  const print = (amount: Asset): unknown => asset.print(amount, form)
  const noHive = print(hive(0n))
  const noHbd = print(hbd(0n))
  const noVests = print({ amount: 0n, symbol: 'VESTS' })
  return {
    balance: print(account.hive),
    savings_balance: noHive,
    hbd_balance: print(account.hbd),
    hbd_seconds: '0',
    hbd_seconds_last_update: never,
    hbd_last_interest_payment: never,
    savings_hbd_balance: noHbd,
    savings_hbd_seconds: '0',
    savings_hbd_seconds_last_update: never,
    savings_hbd_last_interest_payment: never,
    savings_withdraw_requests: 0,
    reward_hbd_balance: noHbd,
    reward_hive_balance: noHive,
    reward_vesting_balance: noVests,
    reward_vesting_hive: noHive,
    vesting_shares: noVests,
    delegated_vesting_shares: noVests,
    received_vesting_shares: noVests,
    vesting_withdraw_rate: noVests,
    post_voting_power: noVests,
    next_vesting_withdrawal: noWithdrawal,
    withdrawn: 0,
    to_withdraw: 0,
    withdraw_routes: 0,
    pending_transfers: account.openEscrows,
  }
}
