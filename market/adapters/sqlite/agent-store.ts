import { and, asc, count, desc, eq, lte, notInArray } from 'drizzle-orm'
import type { LocalJob } from '#protocol/api/desktop.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Cid, HiveAccount } from '#protocol/ids.ts'
import { exponentialDelay } from '../../domain/retry.ts'
import { MarketError } from '../../errors.ts'
import type { AgentClaim, AgentQueue } from '../../ports/agent-queue.ts'
import type { Clock } from '../../ports/clock.ts'
import type { EncodingResult } from '../../ports/job-scheduler.ts'
import type { NodeDatabase } from './database.ts'
import { agentClaims, agentJobs } from './schema.ts'

/** What a desktop agent holds: stored before anything is done about it, so that a start after a crash goes on where it ended. */
export type AgentClaimStore = {
  save(claim: AgentClaim): void
  saveResult(job: EncodingJobId, result: EncodingResult): void
  remove(job: EncodingJobId): void
  all(): readonly { readonly claim: AgentClaim; readonly result: EncodingResult | null }[]
}

export function createAgentClaimStore(database: NodeDatabase): AgentClaimStore {
  return {
    save: (claim) => {
      const row = { job: claim.jobId, claim, result: null }
      database
        .insert(agentClaims)
        .values(row)
        .onConflictDoUpdate({ target: agentClaims.job, set: row })
        .run()
    },
    saveResult: (job, result) => {
      database.update(agentClaims).set({ result }).where(eq(agentClaims.job, job)).run()
    },
    remove: (job) => {
      database.delete(agentClaims).where(eq(agentClaims.job, job)).run()
    },
    all: () =>
      database
        .select({ claim: agentClaims.claim, result: agentClaims.result })
        .from(agentClaims)
        .all(),
  }
}

type NewLocalJob = {
  readonly id: EncodingJobId
  readonly owner: HiveAccount
  readonly permlink: string
  readonly inputCid: Cid
  readonly qualities: readonly string[]
}

/** The queue of an agent that has no indexer, in the node's own database: its only claimant is this process. */
export type LocalQueue = AgentQueue & {
  /** The same job again changes nothing. Throws `id-taken` where the id is another job's. */
  add(job: NewLocalJob): void
  find(id: EncodingJobId): LocalJob | null
  /** Jobs that nobody tries again. */
  failed(): readonly EncodingJobId[]
  waiting(): number
}

const mostAttempts = 3

/** Opens the queue. What was claimed by an earlier process that did not note it any more is claimable again. */
export function openLocalQueue(database: NodeDatabase, { now }: Clock): LocalQueue {
  const noted = database.select({ job: agentClaims.job }).from(agentClaims)
  database
    .update(agentJobs)
    .set({ phase: 'queued' })
    .where(and(eq(agentJobs.phase, 'leased'), notInArray(agentJobs.id, noted)))
    .run()

  const rowOf = (id: EncodingJobId) =>
    database.select().from(agentJobs).where(eq(agentJobs.id, id)).get()
  type Row = NonNullable<ReturnType<typeof rowOf>>
  const held = ({ jobId, fencingToken }: AgentClaim): Row => {
    const row = rowOf(jobId)
    if (!row) throw new MarketError('not-found', 'There is no such job.')
    if (row.fencingToken !== fencingToken)
      throw new MarketError('stale-token', 'The job was claimed again since.')
    if (row.phase === 'leased') return row
    throw new MarketError('job-ended', 'The job is not at work any more.')
  }
  const change = ({ id }: Row, set: Partial<Omit<Row, 'id'>>): void => {
    database.update(agentJobs).set(set).where(eq(agentJobs.id, id)).run()
  }

  return {
    add: ({ id, owner, permlink, inputCid, qualities }) => {
      const known = rowOf(id)
      if (known?.inputCid === inputCid && known.permlink === permlink) return
      if (known) throw new MarketError('id-taken', 'The id belongs to another job.')
      const fresh = { phase: 'queued', attempts: 0, fencingToken: 0 } as const
      const at = { createdAt: now(), nextTryAt: 0 }
      database
        .insert(agentJobs)
        .values({ id, owner, permlink, inputCid, qualities, ...fresh, ...at })
        .run()
    },
    find: (id) => {
      const row = rowOf(id)
      if (!row) return null
      const { owner, permlink, inputCid, qualities, phase, attempts, error, result } = row
      return {
        ...{ jobId: id, owner, permlink, inputCid, qualities, phase, attempts, error },
        outputCid: result?.outputCid ?? null,
        createdAt: new Date(row.createdAt),
      }
    },
    failed: () =>
      database
        .select({ id: agentJobs.id })
        .from(agentJobs)
        .where(eq(agentJobs.phase, 'failed'))
        .all()
        .map(({ id }) => id),
    waiting: () =>
      database.select({ jobs: count() }).from(agentJobs).where(eq(agentJobs.phase, 'queued')).get()
        ?.jobs ?? 0,
    beat: async () => undefined,
    claim: async () => {
      const row = database
        .select()
        .from(agentJobs)
        .where(and(eq(agentJobs.phase, 'queued'), lte(agentJobs.nextTryAt, now())))
        .orderBy(asc(agentJobs.createdAt), desc(agentJobs.id))
        .get()
      if (!row) return null
      const { id: jobId, inputCid, owner, permlink, qualities } = row
      const fencingToken = row.fencingToken + 1
      change(row, { phase: 'leased', fencingToken })
      return { jobId, inputCid, owner, permlink, isShort: false, qualities, fencingToken }
    },
    renew: async (claim) => void held(claim),
    report: async (claim) => void held(claim),
    release: async (claim) => change(held(claim), { phase: 'queued' }),
    complete: async (claim, result) => {
      const row = rowOf(claim.jobId)
      if (row?.phase === 'completed' && row.fencingToken === claim.fencingToken) return
      change(held(claim), { phase: 'completed', result, error: null })
    },
    fail: async (claim, failure) => {
      const row = held(claim)
      const attempts = row.attempts + 1
      const isOver = failure.class === 'input-fatal' || attempts >= mostAttempts
      change(row, {
        phase: isOver ? 'failed' : 'queued',
        attempts,
        error: failure.message,
        nextTryAt: now() + exponentialDelay(attempts),
      })
    },
  }
}
