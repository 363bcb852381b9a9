type Role = 'encoder' | 'creator' | 'arbiter'
type Order = 'score' | 'account' | 'active'
type Search = Readonly<Record<string, unknown>>

const roles: readonly Role[] = ['encoder', 'creator', 'arbiter']
const orders: readonly Order[] = ['score', 'account', 'active']

export type AccountSearch = { role?: Role | undefined }
export type AccountsSearch = AccountSearch & {
  sort?: Order | undefined
  search?: string | undefined
}

/** What the address of an account's page says besides its name; what it cannot say is left out. */
export function accountSearch({ role }: Search): AccountSearch {
  const known = roles.find((each) => each === role)
  return known ? { role: known } : {}
}

/** Which accounts the list is of, and in what order. */
export function accountsSearch({ role, sort, search }: Search): AccountsSearch {
  const order = orders.find((each) => each === sort)
  // An address that is nothing but digits is read as a number.
  const text = typeof search === 'number' ? String(search) : search
  const isName = typeof text === 'string' && /^[a-z0-9.-]{1,16}$/.test(text)
  return {
    ...accountSearch({ role }),
    ...(order && { sort: order }),
    ...(isName && { search: text }),
  }
}
