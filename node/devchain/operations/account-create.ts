import { accountSet, ensureAccountName } from '../hive/account-name.ts'
import { formatAsset, hive } from '../hive/asset.ts'
import type { Authority } from '../hive/authority.ts'
import { authority, publicKey } from '../hive/authority-field.ts'
import { account, asset, text } from '../hive/fields.ts'
import { ensure } from '../hive/hive-error.ts'
import { ensureJson } from '../hive/json-text.ts'
import { limits, nullAccount } from '../hive/limits.ts'
import { defineOperation } from './operation.ts'
import { ensureAuthoritySize, ensureSymbol } from './validation.ts'
import { accountCreated } from './virtual-operations.ts'

export const accountCreate = defineOperation({
  name: 'account_create',
  id: 9,
  fields: {
    fee: asset,
    creator: account,
    new_account_name: account,
    owner: authority,
    active: authority,
    posting: authority,
    memo_key: publicKey,
    json_metadata: text,
  },
  required: ({ creator }) => ({ active: [creator] }),
  impacted: ({ creator, new_account_name }) => accountSet([creator, new_account_name]),
  validate: ({ fee, new_account_name, owner, active, posting, json_metadata }) => {
    ensureAccountName(new_account_name)
    ensureSymbol(fee, ['HIVE'], 'Account creation fee must be HIVE')
    for (const role of [owner, active, posting]) ensureMemberNames(role)
    for (const role of [owner, active, posting]) ensureAuthoritySize(role)
    if (json_metadata !== '') ensureJson(json_metadata)
    ensure(
      fee.amount <= limits.maximumAccountCreationFee,
      'Account creation fee cannot be too large',
      { subject: formatAsset(fee) },
    )
  },
  apply: (operation, { ledger, now, emit }) => {
    const { creator, fee, new_account_name, owner, active, posting } = operation
    ledger.account(creator)
    ensure(
      fee.amount === limits.accountCreationFee,
      'Must pay the exact account creation fee. paid: {p} fee: {f}',
      { p: formatAsset(fee), f: formatAsset(hive(limits.accountCreationFee)) },
    )
    ledger.ensureAuthorityAccounts(new_account_name, { owner, active, posting })
    ledger.debit(creator, fee)
    ledger.createAccount({
      name: new_account_name,
      owner,
      active,
      posting,
      memoKey: operation.memo_key,
      jsonMetadata: operation.json_metadata,
      recoveryAccount: creator,
      created: now,
    })
    ledger.credit(nullAccount, fee)
    emit(accountCreated.record(creation(new_account_name, creator)))
  },
})

/** The fee is burnt, so the new account starts with nothing. */
function creation(newAccount: string, creator: string) {
  const nothing = { amount: 0n, symbol: 'VESTS' } as const
  return {
    new_account_name: newAccount,
    creator,
    initial_vesting_shares: nothing,
    initial_delegation: nothing,
  }
}

function ensureMemberNames({ accountAuths }: Authority): void {
  for (const [name] of accountAuths) ensureAccountName(name)
}
