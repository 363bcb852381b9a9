import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { agentHealthRoute } from '#protocol/api/desktop.ts'
import { Notice } from '#ui/shared/components/notice.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { AgentHealthView } from './agent-health.tsx'
import { callAgent, usePairing } from './agent-session.ts'
import { agentState } from './agent-state.ts'
import { NoAgent } from './no-agent.tsx'
import { PairAgent } from './pair-agent.tsx'

const lookMs = 5_000

/** Whether there is an agent, and how it does. */
export function AgentLook(): ReactElement {
  const pairing = usePairing()
  const { data, error, refetch } = useQuery({
    queryKey: ['desktop agent', pairing?.token ?? null],
    queryFn: ({ signal }) => callAgent(agentHealthRoute, {}, { signal }),
    refetchInterval: lookMs,
    retry: false,
  })
  const state = agentState(data, error)
  return (
    <>
      {state.phase === 'looking' && <Skeleton lines={4} />}
      {state.phase === 'absent' && <NoAgent onLook={() => void refetch()} />}
      {state.phase === 'unpaired' && <PairAgent />}
      {state.phase === 'paired' && <AgentHealthView health={state.health} />}
      {state.phase === 'failed' && <Notice look="bad">{state.reason}</Notice>}
    </>
  )
}
