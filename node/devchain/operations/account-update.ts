import { ensureAccountName } from '../hive/account-name.ts'
import { authority, publicKey } from '../hive/authority-field.ts'
import { account, optional, text } from '../hive/fields.ts'
import { ensure } from '../hive/hive-error.ts'
import { ensureJson } from '../hive/json-text.ts'
import { limits } from '../hive/limits.ts'
import { nullPublicKey } from '../hive/public-key.ts'
import type { Account } from '../state/account.ts'
import { defineOperation } from './operation.ts'
import { ensureAuthoritySize } from './validation.ts'

export const accountUpdate = defineOperation({
  name: 'account_update',
  id: 10,
  fields: {
    account,
    owner: optional(authority),
    active: optional(authority),
    posting: optional(authority),
    memo_key: publicKey,
    json_metadata: text,
  },
  required: (operation) =>
    operation.owner === null ? { active: [operation.account] } : { owner: [operation.account] },
  impacted: (operation) => [operation.account],
  validate: (operation) => {
    ensureAccountName(operation.account)
    if (operation.json_metadata !== '') ensureJson(operation.json_metadata)
  },
  apply: ({ account: name, owner, active, posting, memo_key, json_metadata }, context) => {
    const { ledger, now } = context
    const before = ledger.account(name)
    for (const role of [owner, active, posting]) if (role !== null) ensureAuthoritySize(role)
    if (owner !== null) ensureOwnerMayChange(before, now)
    ledger.ensureAuthorityAccounts(name, { owner, active, posting })
    ledger.saveAccount({
      ...before,
      ...(owner !== null && ownerChange(before, now)),
      owner: owner ?? before.owner,
      active: active ?? before.active,
      posting: posting ?? before.posting,
      memoKey: memo_key === nullPublicKey ? before.memoKey : memo_key,
      jsonMetadata: json_metadata === '' ? before.jsonMetadata : json_metadata,
      lastAccountUpdate: now,
    })
  },
})

function ownerChange({ lastOwnerUpdate }: Account, now: number): Partial<Account> {
  return { previousOwnerUpdate: lastOwnerUpdate, lastOwnerUpdate: now }
}

function ensureOwnerMayChange(before: Account, now: number): void {
  const hourAgo = now - limits.ownerUpdateInterval
  ensure(
    before.lastOwnerUpdate < hourAgo || before.previousOwnerUpdate < hourAgo,
    'Owner authority can only be updated twice an hour.',
    { subject: before.name },
  )
}
