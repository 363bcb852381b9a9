import { useSyncExternalStore } from 'react'
import { z } from 'zod'
import { challengeRoute, signInRoute, signOutRoute } from '#protocol/api/sessions.ts'
import { createClient } from '#protocol/client.ts'
import { HiveAccount } from '#protocol/ids.ts'
import type { Signer, WalletName } from './signer.ts'
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

/** Loaded by whoever signs. */
const signers: Readonly<Record<WalletName, () => Promise<Signer>>> = {
  keychain: async () => (await import('./keychain.ts')).keychainSigner,
  development: async () =>
    (await import('./development-signer.ts')).createDevelopmentSigner(callServer),
}

const ownSigner = (): Promise<Signer> => signers[currentSession()?.wallet ?? 'keychain']()

/** Signs by the wallet that its account has signed in by. */
export const wallet: Signer = {
  signOperations: async (...asked) => await (await ownSigner()).signOperations(...asked),
  signMessage: async (...asked) => await (await ownSigner()).signMessage(...asked),
}

/** Asks the wallet to sign the server's text. Rejects with what wallet or server say. */
export async function signIn(account: HiveAccount, by: WalletName = 'keychain'): Promise<void> {
  const { nonce, text } = await callServer(challengeRoute, { body: { account } })
  const signature = await (await signers[by]()).signMessage(account, text)
  const { token, expiresAt } = await callServer(signInRoute, {
    body: { account, nonce, signature },
  })
  keep({ account, token, expiresAt: expiresAt.getTime(), wallet: by })
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
