import { useSyncExternalStore } from 'react'
import { z } from 'zod'
import { challengeRoute, signInRoute, signOutRoute } from '#protocol/api/sessions.ts'
import { createClient } from '#protocol/client.ts'
import { Signature } from '#protocol/envelope.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { signWithKeychain } from './keychain.ts'

/** Who is signed in at this page's server, and the token that says so. */
const Session = z.object({ account: HiveAccount, token: z.string(), expiresAt: z.number() })
export type Session = z.infer<typeof Session>

const storedAs = 'spk-encoder session'
const listeners = new Set<() => void>()
let current: Session | null = read()

/** Null for nobody, and once the session has run out. */
export function currentSession(): Session | null {
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

/** Asks the wallet to sign the server's text. Rejects with what wallet or server say. */
export async function signIn(account: HiveAccount): Promise<void> {
  const { nonce, text } = await callServer(challengeRoute, { body: { account } })
  const signature = Signature.parse(await signWithKeychain(account, text))
  const { token, expiresAt } = await callServer(signInRoute, {
    body: { account, nonce, signature },
  })
  keep({ account, token, expiresAt: expiresAt.getTime() })
}

export async function signOut(): Promise<void> {
  await callServer(signOutRoute, {}).catch(() => undefined)
  keep(null)
}

function keep(session: Session | null): void {
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
