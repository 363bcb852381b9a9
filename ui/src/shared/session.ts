import { useSyncExternalStore } from 'react'
import { z } from 'zod'
import { createClient } from '#protocol/client.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { isReadOnly } from './read-only.ts'
import { walletNames } from './signer.ts'

/** Who is signed in at this page's server, the token that says so, and who signs for them. */
const Session = z.object({
  account: HiveAccount,
  token: z.string(),
  expiresAt: z.number(),
  wallet: z.enum(walletNames).default('keychain'),
})
export type Session = z.infer<typeof Session>

const storedAs = 'spk-encoder session'
const listeners = new Set<() => void>()
let current: Session | null = read()

/** Null for nobody, once the session has run out, and where there is nothing to be signed in for. */
export function currentSession(): Session | null {
  if (isReadOnly()) return null
  return current && current.expiresAt > Date.now() ? current : null
}

/** Calls the page's own server, as whoever is signed in. */
export const callServer = createClient({
  url: '',
  headers: () => {
    const session = currentSession()
    return session ? { authorization: `Bearer ${session.token}` } : ({} as Record<string, string>)
  },
})

export function useSession(): Session | null {
  return useSyncExternalStore((changed) => {
    listeners.add(changed)
    return () => listeners.delete(changed)
  }, currentSession)
}

/** Keeps who has signed in, for the pages that are loaded after this one too; null for nobody. */
export function keepSession(session: Session | null): void {
  current = session
  if (session) localStorage.setItem(storedAs, JSON.stringify(session))
  else localStorage.removeItem(storedAs)
  for (const changed of listeners) changed()
}

function read(): Session | null {
  try {
    return Session.parse(JSON.parse(localStorage.getItem(storedAs) ?? ''))
  } catch {
    return null
  }
}
