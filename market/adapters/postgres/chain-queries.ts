import { and, asc, desc, eq, gt, inArray, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Role } from '#contracts/deeds.ts'
import type { Escrow } from '#contracts/escrow.ts'
import type { Job } from '#contracts/job.ts'
import { escrowKey } from '#contracts/ledger.ts'
import { milliHbd } from '#protocol/amount.ts'
import {
  BlockHeight,
  BlockId,
  ChainTime,
  HiveAccount,
  JobId,
  jobCreator,
  TransactionId,
} from '#protocol/ids.ts'
import { scoreInRole } from '../../domain/account-scores.ts'
import type {
  AccountReputation,
  AnsweredAt,
  ChainEvent,
  ChainJob,
  ChainQueries,
  EvidenceEntry,
  JobsQuestion,
  Page,
  PageOptions,
} from '../../ports/chain-queries.ts'
import { pageOf, parsePlace } from '../page-cursor.ts'
import type { PostgresDatabase } from './database.ts'
import { readFigures } from './network-figures.ts'
import { readAccounts } from './read-accounts.ts'
import { readCustom } from './read-custom.ts'
import { readEvidence } from './read-evidence.ts'
import { readHistory } from './read-history.ts'
import { readPoints } from './read-points.ts'
import { chainCursor, chainEscrows, chainJobEvents, chainJobs, chainNodes } from './schema/chain.ts'
import { chainStandingDeeds } from './schema/standings.ts'

type Queries = Pick<PostgresDatabase, 'select'>

/** All questions of one answer see the same block. */
export const oneSnapshot = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const

export function createChainQueries(database: PostgresDatabase): ChainQueries {
  return {
    at: () => readAt(database),
    reputation: (account) =>
      database.transaction((step) => readReputation(step, account), oneSnapshot),
    evidence: (account, role, page) => readDeeds(database, { account, role }, page),
    points: (account, question) => readPoints(database, account, question),
    custom: (account, role, limit) =>
      database.transaction(
        async (step) => await readCustom(step, { account, role }, await readAt(step), limit),
        oneSnapshot,
      ),
    history: (question) => database.transaction((step) => readHistory(step, question), oneSnapshot),
    accounts: (question, page) => readAccounts(database, question, page),
    jobs: (question, page) => readJobs(database, question, page),
    job: (id) => readJob(database, id),
    jobsOfWhole: (whole, limit) => readJobsOfWhole(database, whole, limit),
    node: async (account) => {
      const [row] = await database.select().from(chainNodes).where(eq(chainNodes.account, account))
      return row?.record ?? null
    },
    eventsAfter: (sequence, limit) => readEvents(database, sequence, limit),
    figures: (window) =>
      database.transaction(
        async (step) => ({ at: await readAt(step), ...(await readFigures(step, window)) }),
        oneSnapshot,
      ),
  }
}

export async function readAt(database: Queries): Promise<AnsweredAt | null> {
  const [cursor] = await database.select().from(chainCursor)
  if (!cursor?.block) return null
  return {
    height: BlockHeight.parse(cursor.height),
    block: BlockId.parse(cursor.block),
    time: ChainTime.parse(cursor.time),
  }
}

async function readReputation(step: Queries, account: HiveAccount): Promise<AccountReputation> {
  const at = await readAt(step)
  if (!at) return { account, at, scores: [] }
  const evidence = await readEvidence(step, account, { ...at, id: at.block })
  const { height } = at
  return {
    ...{ account, at },
    scores: evidence.roles.map((role) => scoreInRole(evidence, { account, role, height })),
  }
}

const DeedPlace = z.tuple([z.int(), z.string(), z.int()])

async function readDeeds(
  database: Queries,
  { account, role }: { readonly account: HiveAccount; readonly role: Role },
  { after, limit }: PageOptions,
): Promise<Page<EvidenceEntry>> {
  const { height, job, place } = chainStandingDeeds
  const from = after === undefined ? null : parsePlace(after, DeedPlace)
  const rows = await database
    .select({ deed: chainStandingDeeds, record: chainJobs.record })
    .from(chainStandingDeeds)
    .innerJoin(chainJobs, eq(chainJobs.id, job))
    .where(
      and(
        eq(chainStandingDeeds.account, account),
        eq(chainStandingDeeds.role, role),
        from
          ? sql`(${height}, ${job}, ${place}) < (${from[0]}, ${from[1]}, ${from[2]})`
          : undefined,
      ),
    )
    .orderBy(desc(height), desc(job), desc(place))
    .limit(limit + 1)
  return pageOf(rows, limit, {
    entry: ({ deed, record }) => ({ ...evidenceFrom(deed), record }),
    place: ({ deed }) => [deed.height, deed.job, deed.place],
  })
}

function evidenceFrom(row: typeof chainStandingDeeds.$inferSelect): Omit<EvidenceEntry, 'record'> {
  const { good, fault, marks, links } = row
  return {
    job: JobId.parse(row.job),
    counterpart: row.counterpart === null ? null : HiveAccount.parse(row.counterpart),
    at: pointFrom(row),
    ...{ good, fault, marks, links },
  }
}

function pointFrom(row: {
  readonly height: number
  readonly time: number
  readonly transaction: string
}): EvidenceEntry['at'] {
  return {
    height: BlockHeight.parse(row.height),
    time: ChainTime.parse(row.time),
    transaction: TransactionId.parse(row.transaction),
  }
}

const JobPlace = z.tuple([z.int(), z.string()])

/** Which jobs are on the page is known from an index alone; only those are looked up. */
async function readJobs(
  database: Queries,
  { creator, encoder, phases }: JobsQuestion,
  { after, limit }: PageOptions,
): Promise<Page<Job>> {
  const { offeredHeight, id } = chainJobs
  const from = after === undefined ? null : parsePlace(after, JobPlace)
  const page = database
    .select({ offeredHeight, id })
    .from(chainJobs)
    .where(
      and(
        creator === undefined ? undefined : eq(chainJobs.creator, creator),
        encoder === undefined ? undefined : eq(chainJobs.encoder, encoder),
        phases === undefined ? undefined : inArray(chainJobs.phase, [...phases]),
        from ? sql`(${offeredHeight}, ${id}) < (${from[0]}, ${from[1]})` : undefined,
      ),
    )
    .orderBy(desc(offeredHeight), desc(id))
    .limit(limit + 1)
    .as('page')
  const rows = await database
    .select({ job: chainJobs.record, offeredHeight: page.offeredHeight, id: page.id })
    .from(page)
    .innerJoin(chainJobs, eq(id, page.id))
    .orderBy(desc(page.offeredHeight), desc(page.id))
  return pageOf(rows, limit, {
    entry: ({ job }) => job,
    place: (row) => [row.offeredHeight, row.id],
  })
}

async function readJob(database: Queries, id: JobId): Promise<ChainJob | null> {
  const [row] = await database
    .select({ job: chainJobs.record })
    .from(chainJobs)
    .where(eq(chainJobs.id, id))
  if (!row) return null
  const events = await database
    .select()
    .from(chainJobEvents)
    .where(eq(chainJobEvents.job, id))
    .orderBy(asc(chainJobEvents.sequence))
  const escrow = await readEscrow(database, row.job)
  return { job: row.job, events: events.map(chainEventFrom), escrow }
}

/** A payer's numbers are used again: the transaction says whether it is the job's. */
async function readEscrow(database: Queries, job: Job): Promise<Escrow | null> {
  if (job.phase === 'offered' || job.phase === 'cancelled') return null
  const [row] = await database
    .select({ record: chainEscrows.record })
    .from(chainEscrows)
    .where(eq(chainEscrows.key, escrowKey(job.creator, job.award.escrow)))
  const opened = row?.record.terms.opened.transaction
  return row && opened === job.awardedAt.transaction ? row.record : null
}

/** A whole is its creator's: whoever else names it in an offer has none. */
async function readJobsOfWhole(
  database: Queries,
  whole: JobId,
  limit: number,
): Promise<readonly Job[]> {
  const rows = await database
    .select({ job: chainJobs.record })
    .from(chainJobs)
    .where(and(eq(chainJobs.whole, whole), eq(chainJobs.creator, jobCreator(whole))))
    .orderBy(asc(chainJobs.offeredHeight), asc(chainJobs.id))
    .limit(limit)
  return rows.map(({ job }) => job)
}

async function readEvents(
  database: Queries,
  sequence: number,
  limit: number,
): Promise<readonly ChainEvent[]> {
  const rows = await database
    .select()
    .from(chainJobEvents)
    .where(gt(chainJobEvents.sequence, sequence))
    .orderBy(asc(chainJobEvents.sequence))
    .limit(limit)
  return rows.map(chainEventFrom)
}

export function chainEventFrom(row: typeof chainJobEvents.$inferSelect): ChainEvent {
  const account = (name: string | null): HiveAccount | null =>
    name === null ? null : HiveAccount.parse(name)
  return {
    ...row,
    ...pointFrom(row),
    job: JobId.parse(row.job),
    actor: account(row.actor),
    receiver: account(row.receiver),
    amount: row.amount === null ? null : milliHbd(row.amount),
  }
}
