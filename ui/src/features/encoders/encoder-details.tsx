import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import type { EncoderSearch } from './encoder-search.ts'
import { PriceHistory } from './price-history.tsx'

export type EncoderDetailsProps = { readonly account: string; readonly search: EncoderSearch }

/** One encoder of the list: its prices as they were, and the way to its standing. */
export function EncoderDetails({ account, search }: EncoderDetailsProps): ReactElement {
  const { show: _show, ...list } = search
  return (
    <Card title={`Prices of @${account}`}>
      <div className="mb-3 flex flex-wrap gap-x-6 gap-y-1">
        <span>
          Standing and jobs of <AccountLink account={account} />
        </span>
        <Link
          to="/encoders"
          search={list}
          resetScroll={false}
          className="text-accent hover:underline"
        >
          Close
        </Link>
      </div>
      <PriceHistory account={account} />
    </Card>
  )
}
