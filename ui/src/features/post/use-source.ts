import { useEffect, useSyncExternalStore } from 'react'
import type { SourceFlow } from './source-flow.ts'
import { createSourceFlow } from './source-flow.ts'
import type { SourceState } from './source-state.ts'

/** One post for the whole tab: its upload goes on while other pages are looked at. */
const flow = createSourceFlow()

export function useSource(isSignedIn: boolean): {
  readonly state: SourceState
  readonly flow: SourceFlow
} {
  const state = useSyncExternalStore(flow.subscribe, flow.state)
  useEffect(() => {
    if (isSignedIn) flow.resume()
  }, [isSignedIn])
  return { state, flow }
}
