import type { ReactElement } from 'react'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { TabView } from './tab-view.tsx'
import { useJoin } from './use-join.ts'

/** Makes this tab a peer of the market, for whoever wants to hear it without a server in between. */
export function JoinCard(): ReactElement {
  const { state, join, leave } = useJoin()
  return (
    <Card title="Join from this tab">
      <div className="grid gap-4">
        <p className="max-w-prose text-muted">
          Your browser becomes a peer: it connects to this server’s node, hears offers and bids by
          gossip as they are made, and can fetch content and check it by itself.
        </p>
        {state.phase === 'failed' && (
          <Notice look="bad">This tab is not joined: {state.message}</Notice>
        )}
        {state.phase === 'in' && <TabView {...state} />}
        <div>
          {state.phase === 'in' ? (
            <Button look="quiet" onClick={leave}>
              Leave
            </Button>
          ) : (
            <Button disabled={state.phase === 'joining'} onClick={() => void join()}>
              {state.phase === 'joining' ? 'Joining…' : 'Join'}
            </Button>
          )}
        </div>
      </div>
    </Card>
  )
}
