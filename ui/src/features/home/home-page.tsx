import { Link, lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { networkRoute } from '#protocol/api/network.ts'
import { queueRoute } from '#protocol/api/queue.ts'
import { Card } from '#ui/shared/components/card.tsx'
import { Figure } from '#ui/shared/components/figure.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { Page } from '#ui/shared/components/page.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { isReadOnly } from '#ui/shared/read-only.ts'
import { useRoute } from '#ui/shared/use-route.ts'

const lookMs = 15_000

/** The list comes below what the page is opened for. */
const latest = import('./latest-jobs.tsx')
const LatestJobs = lazyRouteComponent(() => latest, 'LatestJobs')

const usualLead =
  'Post a video and the community encodes it for the price you agree on, held in Hive escrow until the work is checked. A short one your own browser encodes for nothing.'
const shownLead =
  'What one node knows of it by itself, from the chain and from what other nodes say. Nothing is posted or signed here.'

/** What is going on, and the two ways in. */
export function HomePage(): ReactElement {
  return (
    <Page
      title="A market for video encoding"
      {...(isReadOnly() ? { lead: shownLead } : { lead: usualLead, actions: <WaysIn /> })}
    >
      <Figures />
      <Card title="Latest jobs">
        <Suspense fallback={<Skeleton lines={8} />}>
          <LatestJobs />
        </Suspense>
      </Card>
    </Page>
  )
}

function WaysIn(): ReactElement {
  return (
    <>
      <WayIn to="/post" look="bg-accent text-on-accent">
        Post a job
      </WayIn>
      <WayIn to="/encode" look="border border-line bg-surface">
        Encode in this tab
      </WayIn>
    </>
  )
}

type WayInProps = { readonly to: string; readonly look: string; readonly children: string }

function WayIn({ to, look, children }: WayInProps): ReactElement {
  return (
    <Link
      to={to}
      className={`inline-flex min-h-10 items-center rounded-lg px-4 font-medium ${look}`}
    >
      {children}
    </Link>
  )
}

function Figures(): ReactElement {
  const network = useRoute(networkRoute, { query: { days: 7 } }, { everyMs: lookMs })
  const paid = network.data?.days.reduce((sum, day) => sum + day.paid, 0n) ?? null
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-5">
      <Figure label="In escrow" value={<Hbd milli={network.data?.held ?? null} />} />
      <Figure label="Paid in 7 days" value={<Hbd milli={paid} />} />
      <Figure
        label="Median price"
        value={<Hbd milli={network.data?.medianPricePerMinute ?? null} />}
        note="a minute"
      />
      {!isReadOnly() && <QueueFigures />}
    </dl>
  )
}

/** Of a server that has a queue. */
function QueueFigures(): ReactElement {
  const queue = useRoute(queueRoute, {}, { live: ['jobs'] })
  const tiers = queue.data ? Object.values(queue.data.tiers) : []
  const sumOf = (name: 'queued' | 'leased'): number | string =>
    queue.data ? tiers.reduce((sum, tier) => sum + tier[name], 0) : '–'
  return (
    <>
      <Figure label="Waiting" value={sumOf('queued')} note="in the queue" />
      <Figure label="At work" value={sumOf('leased')} note="in the queue" />
    </>
  )
}
