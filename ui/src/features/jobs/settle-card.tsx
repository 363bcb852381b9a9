import type { ReactElement } from 'react'
import { Card } from '#ui/shared/components/card.tsx'
import { useSession } from '#ui/shared/session.ts'
import { SettleActs } from './settle-acts.tsx'
import type { MarketJob } from './timeline.ts'

export type SettleCardProps = { readonly market: MarketJob }

/** What whoever looks may do about the job, as one of its parties; nothing for everybody else. */
export function SettleCard({ market }: SettleCardProps): ReactElement | null {
  const session = useSession()
  const acts = market.acts.filter(({ by }) => by === session?.account).map(({ act }) => act)
  if (acts.length === 0) return null
  return (
    <Card title={titleOf(market)}>
      <p className="text-muted">{leadOf(market)}</p>
      <SettleActs key={acts.join(' ')} job={market.job} acts={acts} />
    </Card>
  )
}

function titleOf({ phase, dispute }: MarketJob): string {
  if (phase === 'offered') return 'Your offer'
  return dispute ? 'What you have to say' : 'Escrow'
}

function leadOf({ phase, arbiter, dispute, acts }: MarketJob): string {
  if (phase === 'offered')
    return 'Until you award a bid you can take the offer back. No money has moved.'
  if (dispute)
    return `@${arbiter} checks the delivery and decides. You can say once what is to be known of it; it stands on the chain for everybody to read.`
  if (acts.some(({ act }) => act === 'collect' || act === 'reclaim'))
    return 'The escrow has ended: nobody can call the arbiter any more.'
  return `Nodes settle this by themselves when the delivery has been checked. Here you do it by hand; @${arbiter} decides where you do not agree.`
}
