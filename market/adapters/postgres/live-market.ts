import { and, asc, count, eq, exists, gt, inArray, lte, notExists, or, sql } from 'drizzle-orm'
import { union } from 'drizzle-orm/pg-core'
import type { Bid } from '#protocol/bid.ts'
import { JobId } from '#protocol/ids.ts'
import { Presence } from '#protocol/presence.ts'
import { Progress } from '#protocol/progress.ts'
import type { LiveMarket } from '../../ports/live-market.ts'
import type { PostgresDatabase } from './database.ts'
import { noteDeed } from './note-deed.ts'
import { chainJobs } from './schema/chain.ts'
import { liveBids, liveOffers, livePresence, liveProgress, liveSeals } from './schema/live.ts'

/** Milliseconds for which what was said is shown. */
export type LiveMarketOptions = {
  /** Longer than any chain takes to have an offer for good. */
  readonly offerMs?: number
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
    offerMs = 10 * minute,
    bidMs = 1_440 * minute,
    progressMs = 5 * minute,
    presenceMs = 3 * minute,
  }: LiveMarketOptions = {},
): LiveMarket {
  const after = (milliseconds: number): Date => new Date(now() + milliseconds)
  const moment = (): Date => new Date(now())
  const lives = () => gt(liveOffers.expiresAt, moment())
  const isOnChain = (job: JobId | typeof liveOffers.job) =>
    database.select({ id: chainJobs.id }).from(chainJobs).where(eq(chainJobs.id, job))
  const isHeardOf = async (job: JobId): Promise<boolean> => {
    const announced = database.select().from(liveOffers).where(eq(liveOffers.job, job))
    const { rows } = await database.execute<{ known: boolean }>(
      sql`select ${or(exists(isOnChain(job)), exists(announced))} as known`,
    )
    return rows[0]?.known === true
  }
  const endOf = async ({ job, expires }: Pick<Bid, 'job' | 'expires'>): Promise<Date> => {
    const longestMs = (await isHeardOf(job)) ? bidMs : Math.min(bidMs, offerMs)
    return new Date(Math.min(now() + longestMs, expires * 1_000))
  }
  return {
    keepOffer: async (offer) => {
      const row = { job: offer.job, offer, expiresAt: after(offerMs) }
      await database
        .insert(liveOffers)
        .values(row)
        .onConflictDoUpdate({ target: liveOffers.job, set: row })
    },
    offer: async (job) => {
      const [row] = await database
        .select({ offer: liveOffers.offer })
        .from(liveOffers)
        .where(and(eq(liveOffers.job, job), lives()))
      return row?.offer ?? null
    },
    offers: async (limit) => {
      const rows = await database
        .select({ offer: liveOffers.offer })
        .from(liveOffers)
        .where(and(lives(), notExists(isOnChain(liveOffers.job))))
        .orderBy(asc(liveOffers.job))
        .limit(limit)
      return rows.map(({ offer }) => offer)
    },
    keepBid: async (bid, deed) => {
      const { job, encoder, price, readyBy } = bid
      const expiresAt = await endOf(bid)
      const row = { job, encoder, price, readyBy, bid, expiresAt }
      await database.transaction(async (transaction) => {
        await transaction
          .insert(liveBids)
          .values(row)
          .onConflictDoUpdate({ target: [liveBids.job, liveBids.encoder], set: row })
        if (deed) await noteDeed(transaction, deed)
      })
    },
    keepSeal: async (seal) => {
      const { job, encoder } = seal
      const row = { job, encoder, seal, expiresAt: await endOf(seal) }
      const target = [liveSeals.job, liveSeals.encoder]
      await database
        .insert(liveSeals)
        .values(row)
        .onConflictDoUpdate({ target, set: row, setWhere: lte(liveSeals.expiresAt, moment()) })
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
    seals: async (job) => {
      const rows = await database
        .select({ seal: liveSeals.seal })
        .from(liveSeals)
        .where(and(eq(liveSeals.job, job), gt(liveSeals.expiresAt, moment())))
        .orderBy(asc(liveSeals.encoder))
      return rows.map(({ seal }) => seal)
    },
    countBids: async (jobs) => {
      if (jobs.length === 0) return new Map()
      const biddersIn = (table: typeof liveBids | typeof liveSeals) =>
        database
          .select({ job: table.job, encoder: table.encoder })
          .from(table)
          .where(and(inArray(table.job, [...jobs]), gt(table.expiresAt, moment())))
      const bidders = union(biddersIn(liveBids), biddersIn(liveSeals)).as('bidders')
      const rows = await database
        .select({ job: bidders.job, bids: count() })
        .from(bidders)
        .groupBy(bidders.job)
      return new Map(rows.map(({ job, bids }) => [JobId.parse(job), bids]))
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
      for (const table of [liveOffers, liveBids, liveSeals, liveProgress, livePresence]) {
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
