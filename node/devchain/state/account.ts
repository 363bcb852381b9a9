import type { Asset } from '../hive/asset.ts'
import type { Authority } from '../hive/authority.ts'
import { authority, publicKey } from '../hive/authority-field.ts'
import { structField } from '../hive/field.ts'
import { account, asset, text, time, u32 } from '../hive/fields.ts'

/** Times are seconds since 1970; 0 stands for "never", as in hived. */
export type Account = {
  readonly id: number
  readonly name: string
  readonly owner: Authority
  readonly active: Authority
  readonly posting: Authority
  readonly memoKey: string
  readonly jsonMetadata: string
  readonly recoveryAccount: string
  readonly hive: Asset
  readonly hbd: Asset
  /** Live escrows this account pays for; hived allows 255. */
  readonly openEscrows: number
  readonly created: number
  readonly previousOwnerUpdate: number
  readonly lastOwnerUpdate: number
  readonly lastAccountUpdate: number
}

/** How an account is stored. */
export const accountRecord = structField<Account>({
  id: u32,
  name: account,
  owner: authority,
  active: authority,
  posting: authority,
  memoKey: publicKey,
  jsonMetadata: text,
  recoveryAccount: account,
  hive: asset,
  hbd: asset,
  openEscrows: u32,
  created: time,
  previousOwnerUpdate: time,
  lastOwnerUpdate: time,
  lastAccountUpdate: time,
})
