import { getRouteApi } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Page } from '#ui/shared/components/page.tsx'
import { EncoderDetails } from './encoder-details.tsx'
import { EncoderFilters } from './encoder-filters.tsx'
import { EncoderList } from './encoder-list.tsx'

const route = getRouteApi('/encoders')

/** Who encodes for others, at what price, and whether they are there. */
export function EncodersPage(): ReactElement {
  const search = route.useSearch()
  return (
    <Page
      title="Encoders"
      lead="Who encodes for others: what they ask, how fast they are, and whether they are there now."
    >
      <EncoderFilters search={search} />
      {search.show !== undefined && <EncoderDetails account={search.show} search={search} />}
      <EncoderList search={search} />
    </Page>
  )
}
