import type { ReactElement } from 'react'
import type { MarketEncoder } from '#protocol/api/market-encoders.ts'
import { Badge } from '#ui/shared/components/badge.tsx'

export type PresenceBadgeProps = Pick<MarketEncoder, 'presence'>

/** What an encoder says of itself by gossip: nobody answers for it. */
export function PresenceBadge({ presence }: PresenceBadgeProps): ReactElement {
  if (!presence) return <Badge>Silent</Badge>
  if (presence.freeSlots === 0) return <Badge tone="busy">Busy</Badge>
  return <Badge tone="good">{`${presence.freeSlots} free`}</Badge>
}
