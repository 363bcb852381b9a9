import type { ReactElement } from 'react'
import type { AgentHealth } from '#protocol/api/desktop.ts'
import { Badge } from '#ui/shared/components/badge.tsx'
import { Button } from '#ui/shared/components/button.tsx'
import { keepPairing } from './agent-session.ts'

export type AgentHealthViewProps = { readonly health: AgentHealth }

const words = {
  ready: ['good', 'Ready'],
  busy: ['busy', 'At work'],
  offline: ['bad', 'Takes no jobs'],
} as const

const hardware = {
  nvenc: 'NVIDIA (NVENC)',
  vaapi: 'VAAPI',
  qsv: 'Intel Quick Sync',
  none: 'Processor',
} as const

/** How the agent does, as it says itself. */
export function AgentHealthView({ health }: AgentHealthViewProps): ReactElement {
  const [tone, word] = words[health.status]
  const rows = [
    [
      'State',
      <Badge key="state" tone={tone}>
        {word}
      </Badge>,
    ],
    ['Version', health.version],
    ['Encodes with', hardware[health.hwAccel]],
    ['Jobs at work', health.jobsInProgress],
    ['IPFS', health.ipfsConnected ? 'Blocks go to and fro' : 'No exchange lately'],
  ] as const
  return (
    <div className="grid gap-4">
      <dl className="grid max-w-md grid-cols-[auto_1fr] gap-x-6 gap-y-2">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <div>
        <Button look="quiet" onClick={() => keepPairing(null)}>
          Forget this pairing
        </Button>
      </div>
    </div>
  )
}
