import { challengeRoute, signInRoute, signOutRoute } from '#protocol/api/sessions.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { callServer, currentSession, keepSession } from './session.ts'
import type { Signer, WalletName } from './signer.ts'

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
export async function signIn(account: HiveAccount, by: WalletName): Promise<void> {
  const { nonce, text } = await callServer(challengeRoute, { body: { account } })
  const signature = await (await signers[by]()).signMessage(account, text)
  const { token, expiresAt } = await callServer(signInRoute, {
    body: { account, nonce, signature },
  })
  keepSession({ account, token, expiresAt: expiresAt.getTime(), wallet: by })
}

export async function signOut(): Promise<void> {
  await callServer(signOutRoute, {}).catch(() => undefined)
  keepSession(null)
}
