import type { ReactElement } from 'react'
import { queueRoute } from '#protocol/api/queue.ts'
import { Card } from '#ui/shared/components/card.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { durationText } from '#ui/shared/format.ts'
import { useRoute } from '#ui/shared/use-route.ts'

const tiers = [
  { tier: 'agent', name: 'Desktop agents' },
  { tier: 'browser', name: 'Browser tabs' },
  { tier: 'community', name: 'Community' },
] as const

const number = 'py-1.5 pl-4 text-right tabular-nums'

/** How many jobs wait and are worked on, by who may take them. */
export function QueueByTier(): ReactElement {
  const query = useRoute(queueRoute, {}, { live: ['jobs'], everyMs: 15_000 })
  return (
    <Card title="Queue by tier">
      <QueryView
        query={query}
        skeleton={<div className="h-40" role="status" aria-label="Loading" />}
      >
        {({ tiers: depths, leasesLostLastHour }) => (
          <>
            <table className="w-full text-left">
              <thead className="text-sm text-muted">
                <tr>
                  <th className="py-1.5 font-medium">Tier</th>
                  <th className={`${number} font-medium`}>Waiting</th>
                  <th className={`${number} hidden font-medium sm:table-cell`}>Resting</th>
                  <th className={`${number} font-medium`}>At work</th>
                  <th className={`${number} font-medium`}>Longest wait</th>
                </tr>
              </thead>
              <tbody>
                {tiers.map(({ tier, name }) => (
                  <tr key={tier} className="border-t border-line">
                    <th scope="row" className="py-1.5 font-normal">
                      {name}
                    </th>
                    <td className={number}>{depths[tier].queued}</td>
                    <td className={`${number} hidden sm:table-cell`}>{depths[tier].resting}</td>
                    <td className={number}>{depths[tier].leased}</td>
                    <td className={number}>{waitText(depths[tier].oldestQueuedSeconds)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p className="mt-3 text-sm text-muted">
              {leasesLostLastHour === 0
                ? 'No encoder fell silent within the last hour.'
                : `Within the last hour ${leasesLostLastHour} ${leasesLostLastHour === 1 ? 'job was' : 'jobs were'} taken back from encoders that fell silent.`}
            </p>
          </>
        )}
      </QueryView>
    </Card>
  )
}

function waitText(seconds: number | null): string {
  return seconds === null ? '–' : durationText(seconds)
}
