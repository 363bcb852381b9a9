import type { EncoderKind } from '#protocol/encoding-job.ts'
import { encoderKinds, encodingPhases } from '#protocol/encoding-job.ts'
import type { JobPage, JobQuery, QueueStats } from '../../../ports/job-scheduler.ts'
import type { JobRow } from './job-row.ts'
import { jobOf } from './job-row.ts'
import type { Queue } from './queue.ts'

/**
 * The statement of a page: a filter that is not asked for is not in it, so that each has the index made for it. Which jobs are on
 * the page is known from the index alone, whatever filters come together; only those are looked up. The indexes have the jobs by
 * owner and phase, by encoder and phase, and by phase and tier: where only one of two is asked for, the page is put together from
 * those of each of the other.
 */
export function listStatement(query: JobQuery): {
  readonly text: string
  readonly values: readonly unknown[]
} {
  const { phase, owner, encoder, tier, after, limit } = query
  const values: unknown[] = []
  const parameter = (value: unknown): string => `$${values.push(value)}`
  const conditions = [
    phase && `phase = ${parameter(phase)}`,
    owner && `owner = ${parameter(owner)}`,
    encoder && `assigned_encoder_id = ${parameter(encoder)} and phase <> 'queued'`,
    tier && `tier = ${parameter(tier)}`,
    after && `(created_at, id) < (${parameter(after.createdAt)}, ${parameter(after.id)})`,
  ].filter((condition) => condition !== undefined)
  // One more than asked for tells whether another page follows.
  const order = `order by created_at desc, id desc limit ${parameter(limit + 1)}`
  const page = (more: readonly string[] = []): string => {
    const all = [...conditions, ...more]
    return `select id, created_at from encoding_jobs ${all.length > 0 ? `where ${all.join(' and ')}` : ''} ${order}`
  }
  const parts = otherParts(query)
  const pages =
    parts.length === 0
      ? page()
      : `select * from (${parts.map((part) => `(${page([part])})`).join(' union all ')}) parts ${order}`
  const text = `
    select j.* from (${pages}) page join encoding_jobs j on j.id = page.id order by page.created_at desc, page.id desc`
  return { text, values }
}

/** What divides the jobs of a page that an index has one after the other; nothing where it has them in the page's order. */
function otherParts({ phase, owner, encoder, tier }: JobQuery): readonly string[] {
  const isNarrow = owner !== undefined || encoder !== undefined
  if (phase) return isNarrow || tier ? [] : encoderKinds.map((other) => `tier = '${other}'`)
  if (!isNarrow && !tier) return []
  const phases = encoder ? encodingPhases.filter((each) => each !== 'queued') : encodingPhases
  return phases.map((other) => `phase = '${other}'`)
}

export function createList({ pool }: Queue) {
  return async (query: JobQuery): Promise<JobPage> => {
    const { text, values } = listStatement(query)
    const { rows } = await pool.query<JobRow>(text, [...values])
    const jobs = rows.slice(0, query.limit).map(jobOf)
    const last = rows.length > query.limit ? jobs.at(-1) : undefined
    return { jobs, next: last ? { createdAt: last.createdAt, id: last.id } : null }
  }
}

type DepthRow = {
  readonly tier: EncoderKind
  readonly queued: number
  readonly resting: number
  readonly leased: number
  readonly oldest: number | null
}

const depth = `
  select tier,
    count(*) filter (where phase = 'queued' and next_retry_at is null)::int as queued,
    count(*) filter (where phase = 'queued' and next_retry_at is not null)::int as resting,
    count(*) filter (where phase = 'leased')::int as leased,
    extract(epoch from now() - min(created_at) filter (where phase = 'queued' and next_retry_at is null))::float8 as oldest
  from encoding_jobs where phase in ('queued', 'leased') group by tier`

const lostLately = `
  select count(*)::int as count from job_events where type = 'lease-lost' and at > now() - interval '1 hour'`

export function createGetQueueDepth({ pool }: Queue) {
  return async (): Promise<QueueStats> => {
    const [tiers, lost] = await Promise.all([
      pool.query<DepthRow>(depth),
      pool.query<{ readonly count: number }>(lostLately),
    ])
    const ofTier = (kind: EncoderKind) => {
      const row = tiers.rows.find(({ tier }) => tier === kind)
      return {
        queued: row?.queued ?? 0,
        resting: row?.resting ?? 0,
        leased: row?.leased ?? 0,
        oldestQueuedSeconds: row?.oldest ?? null,
      }
    }
    const [agent, browser, community] = encoderKinds
    return {
      tiers: {
        [agent]: ofTier(agent),
        [browser]: ofTier(browser),
        [community]: ofTier(community),
      },
      leasesLostLastHour: lost.rows[0]?.count ?? 0,
    }
  }
}
