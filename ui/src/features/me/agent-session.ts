import { useSyncExternalStore } from 'react'
import { z } from 'zod'
import { desktopAgentPort } from '#protocol/api/desktop.ts'
import { createClient } from '#protocol/client.ts'

/** What the agent of this machine has given this page, and until when. */
const AgentSession = z.object({ token: z.string(), expiresAt: z.number() })
export type AgentSession = z.infer<typeof AgentSession>

const storedAs = 'spk-encoder agent'
const listeners = new Set<() => void>()
let current: AgentSession | null = read()

function currentPairing(): AgentSession | null {
  return current && current.expiresAt > Date.now() ? current : null
}

/** Null while this page is not paired. */
export function usePairing(): AgentSession | null {
  return useSyncExternalStore((changed) => {
    listeners.add(changed)
    return () => listeners.delete(changed)
  }, currentPairing)
}

/** Keeps a pairing for this browser, or forgets it. */
export function keepPairing(pairing: AgentSession | null): void {
  current = pairing
  if (pairing) localStorage.setItem(storedAs, JSON.stringify(pairing))
  else localStorage.removeItem(storedAs)
  for (const changed of listeners) changed()
}

/** Calls the agent of the machine that the page is on. */
export const callAgent = createClient({
  url: `http://127.0.0.1:${desktopAgentPort}`,
  headers: () => {
    const pairing = currentPairing()
    return pairing ? { authorization: `Bearer ${pairing.token}` } : ({} as Record<string, string>)
  },
})

function read(): AgentSession | null {
  try {
    return AgentSession.parse(JSON.parse(localStorage.getItem(storedAs) ?? ''))
  } catch {
    return null
  }
}
