import { pairBySignatureRoute, pairingChallengeRoute } from '#protocol/api/desktop.ts'
import { currentSession } from '#ui/shared/session.ts'
import { wallet } from '#ui/shared/wallet.ts'
import { callAgent, keepPairing } from './agent-session.ts'

/** Pairs this page by the posting key of whoever is signed in: the agent takes nobody's but its own account's. */
export async function pairByKey(): Promise<void> {
  const session = currentSession()
  if (!session) throw new Error('Sign in first.')
  const { account } = session
  const { nonce, text } = await callAgent(pairingChallengeRoute, { body: {} })
  const signature = await wallet.signMessage(account, text)
  const { token, expiresAt } = await callAgent(pairBySignatureRoute, {
    body: { account, nonce, signature },
  })
  keepPairing({ token, expiresAt: expiresAt.getTime() })
}
