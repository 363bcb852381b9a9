import type { ReactElement } from 'react'
import type { SealView } from '#protocol/api/bid-view.ts'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { Badge } from '#ui/shared/components/badge.tsx'
import { sealText } from './seal-text.ts'

export type SealedBidRowProps = { readonly seal: SealView }

/** A bid that nobody can read: who made it, and from when on it is to be open. */
export function SealedBidRow({ seal }: SealedBidRowProps): ReactElement {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line pb-4 last:border-0 last:pb-0">
      <span className="w-6 text-muted">–</span>
      <AccountLink account={seal.encoder} />
      <Badge>sealed</Badge>
      <span className="ml-auto text-sm text-muted">{sealText(seal)}</span>
    </li>
  )
}
