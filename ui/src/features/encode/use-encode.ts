import { useEffect, useSyncExternalStore } from 'react'
import type { EncodeFlow } from './encode-flow.ts'
import { createEncodeFlow } from './encode-flow.ts'
import type { EncodeState } from './encode-state.ts'

/** One encode for the whole tab: it goes on while other pages are looked at. */
const flow = createEncodeFlow()

export function useEncode(): { readonly state: EncodeState; readonly flow: EncodeFlow } {
  const state = useSyncExternalStore(flow.subscribe, flow.state)
  useEffect(() => flow.resume(), [])
  return { state, flow }
}
