import { and, eq, gt, lte } from 'drizzle-orm'
import { HiveAccount } from '#protocol/ids.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import type { PostgresDatabase } from './database.ts'
import { noteDeed } from './note-deed.ts'
import { challenges, sessions } from './schema/sessions.ts'

/** Challenges and sessions in tables of their own, shared by all processes of an indexer. */
export function createSessionStore(database: PostgresDatabase): SessionStore {
  return {
    saveChallenge: async (challenge) => {
      await database.insert(challenges).values(challenge)
    },
    takeChallenge: async (nonce, now) => {
      // One statement: whoever deletes the row has it, and the others wait for its lock and find nothing.
      const [taken] = await database
        .delete(challenges)
        .where(eq(challenges.nonce, nonce))
        .returning()
      if (!taken || taken.expiresAt <= now) return null
      return { ...taken, account: HiveAccount.parse(taken.account) }
    },
    saveSession: (tokenHash, session, deed) =>
      database.transaction(async (transaction) => {
        await transaction.insert(sessions).values({ tokenHash, ...session })
        if (deed) await noteDeed(transaction, deed)
      }),
    findSession: async (tokenHash, now) => {
      const [found] = await database
        .select({ account: sessions.account, expiresAt: sessions.expiresAt })
        .from(sessions)
        .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now)))
      return found ? { ...found, account: HiveAccount.parse(found.account) } : null
    },
    removeSession: (tokenHash, deed) =>
      database.transaction(async (transaction) => {
        const { rowCount } = await transaction
          .delete(sessions)
          .where(eq(sessions.tokenHash, tokenHash))
        if (deed && rowCount === 1) await noteDeed(transaction, deed)
      }),
    removeSessionsOf: async (account) => {
      const { rowCount } = await database.delete(sessions).where(eq(sessions.account, account))
      return rowCount ?? 0
    },
    removeExpired: async (now) => {
      const unanswered = await database.delete(challenges).where(lte(challenges.expiresAt, now))
      const ended = await database.delete(sessions).where(lte(sessions.expiresAt, now))
      return (unanswered.rowCount ?? 0) + (ended.rowCount ?? 0)
    },
  }
}
