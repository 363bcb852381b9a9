import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { wholeRoute } from '#protocol/api/wholes.ts'
import { JobId } from '#protocol/ids.ts'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Page } from '#ui/shared/components/page.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { shortened } from '#ui/shared/format.ts'
import { useRoute } from '#ui/shared/use-route.ts'

const route = getRouteApi('/wholes/$id')
const lookMs = 3_000
const detail = import('./whole-detail.tsx')
const WholeDetail = lazyRouteComponent(() => detail, 'WholeDetail')
const nobody = JobId.parse('nobody:0000000000000000')

/** A video that is sold in ranges. */
export function WholePage(): ReactElement {
  const { id } = route.useParams()
  const whole = JobId.safeParse(id)
  const query = useRoute(
    wholeRoute,
    { params: { whole: whole.data ?? nobody } },
    { everyMs: lookMs },
  )
  return (
    <Page
      title={`Video in ranges ${shortened(id, 14, 4)}`}
      lead={<AppLink to="/jobs">All jobs</AppLink>}
    >
      <QueryView query={query} skeleton={<Skeleton lines={10} />}>
        {(told) => (
          <Suspense fallback={<Skeleton lines={10} />}>
            <WholeDetail whole={told} />
          </Suspense>
        )}
      </QueryView>
    </Page>
  )
}
