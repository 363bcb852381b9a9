import type { ReactElement } from 'react'
import { AppLink } from './app-link.tsx'

export type AccountLinkProps = { readonly account: string }

/** An account by its name, leading to its standing. */
export function AccountLink({ account }: AccountLinkProps): ReactElement {
  return <AppLink to={`/accounts/${account}`}>@{account}</AppLink>
}
