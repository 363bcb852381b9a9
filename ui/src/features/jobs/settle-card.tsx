import type { ReactElement } from 'react'
import type { SettlingAct } from '#protocol/api/community.ts'
import { settleRoute } from '#protocol/api/community.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { callServer, useSession } from '#ui/shared/session.ts'
import { wallet } from '#ui/shared/wallet.ts'
import type { MarketJob } from './timeline.ts'
import { useSigning } from './use-signing.ts'

const words: Readonly<Record<SettlingAct, string>> = {
  release: 'Pay the encoder',
  refund: 'Give the money back',
  dispute: 'Call the arbiter',
}

export type SettleCardProps = { readonly market: MarketJob }

/** What a side may do with the escrow, for whom it is a side of; nothing for everybody else. */
export function SettleCard({ market }: SettleCardProps): ReactElement | null {
  const session = useSession()
  const [state, run] = useSigning()
  const { phase, job, creator, encoder, arbiter, events } = market
  const isOpen = phase === 'accepted' || phase === 'delivered'
  const isDisputed = events.some(({ type }) => type === 'job-disputed')
  const account = session?.account
  const acts = account === creator ? creatorActs : encoderActs
  if (!isOpen || (account !== creator && account !== encoder)) return null
  const settle = async (act: SettlingAct): Promise<void> => {
    const prepared = await callServer(settleRoute, { body: { job, act } })
    await wallet.signOperations(prepared.signer, prepared.operations, prepared.role)
  }
  return (
    <Card title="Escrow">
      <p className="text-muted">
        {isDisputed
          ? `The job is disputed: @${arbiter} decides where the money goes.`
          : `Your node settles this by itself when it has checked the delivery. Here you do it by hand; @${arbiter} decides where you do not agree.`}
      </p>
      {!isDisputed && (
        <div className="mt-3 flex flex-wrap gap-3">
          {acts.map((act) => (
            <Button
              key={act}
              look={act === 'release' ? 'main' : 'quiet'}
              disabled={state === 'preparing'}
              onClick={() => run(() => settle(act))}
            >
              {words[act]}
            </Button>
          ))}
        </div>
      )}
      {state === 'done' && <Notice look="good">Signed; a block will have it.</Notice>}
      {typeof state === 'object' && <Notice look="bad">{state.failed}</Notice>}
    </Card>
  )
}

const creatorActs: readonly SettlingAct[] = ['release', 'dispute']
const encoderActs: readonly SettlingAct[] = ['refund', 'dispute']
