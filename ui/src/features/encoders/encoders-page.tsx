import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { Page } from '#ui/shared/components/page.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { EncoderFilters } from './encoder-filters.tsx'

/** Comes beside the page's head. */
const list = import('./encoder-list.tsx')
const EncoderList = lazyRouteComponent(() => list, 'EncoderList')
/** Loaded when somebody's details are opened. */
const EncoderDetails = lazyRouteComponent(() => import('./encoder-details.tsx'), 'EncoderDetails')

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
      {search.show !== undefined && (
        <Suspense fallback={<Skeleton lines={8} />}>
          <EncoderDetails account={search.show} search={search} />
        </Suspense>
      )}
      <Suspense fallback={<Skeleton lines={8} />}>
        <EncoderList search={search} />
      </Suspense>
    </Page>
  )
}
