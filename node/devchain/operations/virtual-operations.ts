import { accountSet } from '../hive/account-name.ts'
import { account, asset, assets, u32 } from '../hive/fields.ts'
import { nullAccount } from '../hive/limits.ts'
import { defineVirtual } from './operation.ts'

/** Once in every block. The development chain pays its producer nothing. */
export const producerReward = defineVirtual({
  name: 'producer_reward',
  id: 64,
  fields: { producer: account, vesting_shares: asset },
  impacted: ({ producer }) => [producer],
})

/** Whatever was sent to `null` is burnt at the end of the block. */
export const clearNullAccountBalance = defineVirtual({
  name: 'clear_null_account_balance',
  id: 65,
  fields: { total_cleared: assets },
  impacted: () => [nullAccount],
})

export const accountCreated = defineVirtual({
  name: 'account_created',
  id: 80,
  fields: {
    new_account_name: account,
    creator: account,
    initial_vesting_shares: asset,
    initial_delegation: asset,
  },
  impacted: ({ new_account_name, creator }) => accountSet([creator, new_account_name]),
})

/** Both sides approved: the agent has its fee. */
export const escrowApproved = defineVirtual({
  name: 'escrow_approved',
  id: 89,
  fields: { from: account, to: account, agent: account, escrow_id: u32, fee: asset },
  impacted: ({ from, to, agent }) => accountSet([from, to, agent]),
})

/** A side refused, or the ratification deadline passed: everything went back to `from`. */
export const escrowRejected = defineVirtual({
  name: 'escrow_rejected',
  id: 90,
  fields: {
    from: account,
    to: account,
    agent: account,
    escrow_id: u32,
    hbd_amount: asset,
    hive_amount: asset,
    fee: asset,
  },
  impacted: ({ from, to, agent }) => accountSet([from, to, agent]),
})
