import { and, asc, count, eq, gt, inArray, lte, sql } from 'drizzle-orm'
import { Presence } from '#protocol/presence.ts'
import { Progress } from '#protocol/progress.ts'
import type { LiveMarket } from '../../ports/live-market.ts'
import type { PostgresDatabase } from './database.ts'
import { liveBids, livePresence, liveProgress } from './schema/live.ts'

/** Milliseconds for which what was said is shown. */
export type LiveMarketOptions = {
  /** At the most: whoever bids says itself until when. */
  readonly bidMs?: number
  readonly progressMs?: number
  readonly presenceMs?: number
}

const minute = 60_000

/** `now` is in milliseconds since 1970, of one clock for all processes that share the database. */
export function createLiveMarket(
  { database, now }: { readonly database: PostgresDatabase; readonly now: () => number },
  {
    bidMs = 1_440 * minute,
    progressMs = 5 * minute,
    presenceMs = 3 * minute,
  }: LiveMarketOptions = {},
): LiveMarket {
  const after = (milliseconds: number): Date => new Date(now() + milliseconds)
  const moment = (): Date => new Date(now())
  return {
    keepBid: async (bid) => {
      const { job, encoder, price, readyBy } = bid
      const expiresAt = new Date(Math.min(now() + bidMs, bid.expires * 1_000))
      const row = { job, encoder, price, readyBy, bid, expiresAt }
      await database
        .insert(liveBids)
        .values(row)
        .onConflictDoUpdate({ target: [liveBids.job, liveBids.encoder], set: row })
    },
    keepProgress: async (progress) => {
      const { v: _v, type: _type, ...said } = progress
      const row = {
        speed: null,
        etaSeconds: null,
        preview: null,
        ...said,
        expiresAt: after(progressMs),
      }
      await database
        .insert(liveProgress)
        .values(row)
        .onConflictDoUpdate({
          target: [liveProgress.job, liveProgress.encoder],
          set: row,
          setWhere: sql`${liveProgress.sequence} < ${progress.sequence}`,
        })
    },
    keepPresence: async ({ account, at, freeSlots }) => {
      const row = { account, at, freeSlots, expiresAt: after(presenceMs) }
      await database
        .insert(livePresence)
        .values(row)
        .onConflictDoUpdate({
          target: livePresence.account,
          set: row,
          setWhere: sql`${livePresence.at} < ${at}`,
        })
    },
    bids: async (job) => {
      const rows = await database
        .select({ bid: liveBids.bid })
        .from(liveBids)
        .where(and(eq(liveBids.job, job), gt(liveBids.expiresAt, moment())))
        .orderBy(asc(liveBids.price), asc(liveBids.encoder))
      return rows.map(({ bid }) => bid)
    },
    progress: async (job) => {
      const rows = await database
        .select()
        .from(liveProgress)
        .where(and(eq(liveProgress.job, job), gt(liveProgress.expiresAt, moment())))
        .orderBy(asc(liveProgress.encoder))
      return rows.map(progressFrom)
    },
    present: async (accounts) => {
      if (accounts.length === 0) return []
      const rows = await database
        .select()
        .from(livePresence)
        .where(
          and(inArray(livePresence.account, [...accounts]), gt(livePresence.expiresAt, moment())),
        )
        .orderBy(asc(livePresence.account))
      return rows.map(({ account, at, freeSlots }) =>
        Presence.parse({ v: 1, type: 'presence', account, at, freeSlots }),
      )
    },
    countPresent: async () => {
      const [row] = await database
        .select({ present: count() })
        .from(livePresence)
        .where(gt(livePresence.expiresAt, moment()))
      return row?.present ?? 0
    },
    sweep: async () => {
      const ended = moment()
      let rows = 0
      for (const table of [liveBids, liveProgress, livePresence]) {
        const { rowCount } = await database.delete(table).where(lte(table.expiresAt, ended))
        rows += rowCount ?? 0
      }
      return rows
    },
  }
}

function progressFrom(row: typeof liveProgress.$inferSelect): Progress {
  const { expiresAt: _ends, speed, etaSeconds, preview, ...said } = row
  return Progress.parse({
    v: 1,
    type: 'progress',
    ...said,
    ...(speed !== null && { speed }),
    ...(etaSeconds !== null && { etaSeconds }),
    ...(preview !== null && { preview }),
  })
}
