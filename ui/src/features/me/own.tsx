import type { ReactElement, ReactNode } from 'react'
import { Fragment } from 'react'
import type { HiveAccount } from '#protocol/ids.ts'
import { useSession } from '#ui/shared/session.ts'

export type OwnProps = { readonly children: (account: HiveAccount) => ReactNode }

/** What is shown of whoever is signed in; nothing for nobody, as the page around it asks them to. */
export function Own({ children }: OwnProps): ReactElement | null {
  const session = useSession()
  // Nothing of one account stays when another signs in.
  return session && <Fragment key={session.account}>{children(session.account)}</Fragment>
}
