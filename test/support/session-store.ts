import type { Challenge, Session, SessionStore } from '#market/ports/session-store.ts'

/** A session store that keeps what it is told for as long as it lives. */
export function memorySessionStore(): SessionStore {
  const challenges = new Map<string, Challenge>()
  const sessions = new Map<string, Session>()
  const remove = <T>(from: Map<string, T>, isGone: (value: T) => boolean): number => {
    const gone = [...from].filter(([, value]) => isGone(value))
    for (const [key] of gone) from.delete(key)
    return gone.length
  }
  return {
    saveChallenge: async (challenge) => {
      challenges.set(challenge.nonce, challenge)
    },
    takeChallenge: async (nonce, now) => {
      const taken = challenges.get(nonce)
      challenges.delete(nonce)
      return taken && taken.expiresAt > now ? taken : null
    },
    saveSession: async (tokenHash, session) => {
      sessions.set(tokenHash, session)
    },
    findSession: async (tokenHash, now) => {
      const found = sessions.get(tokenHash)
      return found && found.expiresAt > now ? found : null
    },
    removeSession: async (tokenHash) => {
      sessions.delete(tokenHash)
    },
    removeSessionsOf: async (account) => remove(sessions, (session) => session.account === account),
    removeExpired: async (now) =>
      remove(challenges, ({ expiresAt }) => expiresAt <= now) +
      remove(sessions, ({ expiresAt }) => expiresAt <= now),
  }
}
