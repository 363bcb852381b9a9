import { eq } from 'drizzle-orm'
import { milliHbd } from '#protocol/amount.ts'
import type { EncodingSettings, SettingsStore } from '../../ports/settings-store.ts'
import { defaultSettings } from '../../ports/settings-store.ts'
import type { PostgresDatabase } from './database.ts'
import { noteDeed } from './note-deed.ts'
import { encodingProfiles } from './schema/jobs.ts'

/** Settings in `encoding_profiles`: a row for each account that has ever changed one. */
export function createSettingsStore(database: PostgresDatabase): SettingsStore {
  return {
    find: async (owner) => {
      const [row] = await database
        .select()
        .from(encodingProfiles)
        .where(eq(encodingProfiles.owner, owner))
      return row ? settingsOf(row) : defaultSettings
    },
    change: (owner, changes, deed) =>
      database.transaction(async (transaction) => {
        const changed = { ...changes, updatedAt: new Date() }
        const [row] = await transaction
          .insert(encodingProfiles)
          .values({ ...defaultSettings, ...changed, owner })
          .onConflictDoUpdate({ target: encodingProfiles.owner, set: changed })
          .returning()
        if (!row) throw new Error('an upsert has returned no row')
        if (deed) await noteDeed(transaction, deed)
        return settingsOf(row)
      }),
  }
}

function settingsOf(row: typeof encodingProfiles.$inferSelect): EncodingSettings {
  const amount = (value: bigint | null) => (value === null ? null : milliHbd(value))
  return {
    tiers: row.tiers,
    qualities: row.qualities,
    budget: amount(row.budget),
    arbiters: row.arbiters,
    awardLimit: amount(row.awardLimit),
    releaseLimit: amount(row.releaseLimit),
    webhookUrl: row.webhookUrl,
    agentWaitSeconds: row.agentWaitSeconds,
    browserWaitSeconds: row.browserWaitSeconds,
    bidWaitSeconds: row.bidWaitSeconds,
    signatureWaitSeconds: row.signatureWaitSeconds,
  }
}
