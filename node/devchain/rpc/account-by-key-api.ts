import { z } from 'zod'
import type { Chain } from '../chain/chain.ts'
import { compareText } from '../hive/account-name.ts'
import { publicKey } from '../hive/authority-field.ts'
import type { Account } from '../state/account.ts'
import type { State } from '../state/state.ts'
import type { Api } from './method.ts'
import { named } from './method.ts'

export const PublicKeys = z.array(publicKey.schema).max(1_000)

export function createAccountByKeyApi({ chain }: { readonly chain: Pick<Chain, 'state'> }): Api {
  return {
    get_key_references: named(z.object({ keys: PublicKeys }), ({ keys }) => ({
      accounts: findKeyReferences(chain.state, keys),
    })),
  }
}

/** For each key the accounts that name it for any role but memo. */
export function findKeyReferences(
  { accounts }: State,
  keys: readonly string[],
): readonly (readonly string[])[] {
  const all = Array.from(accounts.entries(), ([, account]) => account)
  return keys.map((key) =>
    all
      .filter((account) => isNamed(account, key))
      .map(({ name }) => name)
      .sort(compareText),
  )
}

function isNamed({ owner, active, posting }: Account, key: string): boolean {
  return [owner, active, posting].some(({ keyAuths }) =>
    keyAuths.some(([member]) => member === key),
  )
}
