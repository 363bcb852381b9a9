import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { useEffect, useState } from 'react'
import { askPairingRoute, pairingAnswerRoute } from '#protocol/api/desktop.ts'
import type { ReplyOf } from '#protocol/client.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { callAgent, keepPairing } from './agent-session.ts'
import { pairByKey } from './pair-by-key.ts'

/** Two ways to show that page and agent have the same owner. */
export function PairAgent(): ReactElement {
  const [asked, setAsked] = useState<ReplyOf<typeof askPairingRoute> | null>(null)
  const byCode = useMutation({
    mutationFn: () => callAgent(askPairingRoute, { body: {} }),
    onSuccess: setAsked,
  })
  const byKey = useMutation({ mutationFn: pairByKey })
  const error = byCode.error ?? byKey.error
  return (
    <div className="grid max-w-prose gap-4">
      <p>An agent is here. Pair this page with it, so that it tells this page how it does.</p>
      {asked ? (
        <AskedFor {...asked} onOver={() => setAsked(null)} />
      ) : (
        <div className="flex flex-wrap gap-3">
          <Button disabled={byKey.isPending} onClick={() => byKey.mutate()}>
            {byKey.isPending ? 'Confirm in your wallet…' : 'Pair by my signature'}
          </Button>
          <Button look="quiet" disabled={byCode.isPending} onClick={() => byCode.mutate()}>
            Pair by a code
          </Button>
        </div>
      )}
      {error && <Notice look="bad">{error.message}</Notice>}
    </div>
  )
}

type AskedForProps = ReplyOf<typeof askPairingRoute> & { readonly onOver: () => void }

const askMs = 1_500

/** The code that the owner compares, until they have answered. */
function AskedFor({ code, ticket, onOver }: AskedForProps): ReactElement {
  const { data, error } = useQuery({
    queryKey: ['pairing', ticket],
    queryFn: ({ signal }) => callAgent(pairingAnswerRoute, { body: { ticket } }, { signal }),
    refetchInterval: ({ state }) =>
      state.error || (state.data && state.data.status !== 'waiting') ? false : askMs,
    retry: false,
    gcTime: 0,
  })
  useEffect(() => {
    if (data?.status === 'paired')
      keepPairing({ token: data.token, expiresAt: data.expiresAt.getTime() })
  }, [data])
  if (data?.status === 'refused' || error)
    return (
      <div className="grid gap-3">
        <Notice look="bad">
          {error ? error.message : 'The agent’s owner has refused this page.'}
        </Notice>
        <div>
          <Button look="quiet" onClick={onOver}>
            Try again
          </Button>
        </div>
      </div>
    )
  return (
    <div className="grid gap-2">
      <p>Compare this code with the one on the agent’s status page, and confirm it there:</p>
      <p className="text-3xl font-semibold tracking-widest tabular-nums">{code}</p>
      <p role="status" className="text-sm text-muted">
        Waiting for the answer…
      </p>
    </div>
  )
}
