import { afterFailure } from '../../../domain/failure-class.ts'
import { nextTier } from '../../../domain/routing.ts'
import type { SweepReport } from '../../../ports/job-scheduler.ts'
import type { JobRow } from './job-row.ts'
import type { Queue } from './queue.ts'
import { dueAt, milliseconds, newTurn, turnAgain, withEvent } from './queue.ts'
import { wakeRested } from './wake.ts'

/** Jobs that one statement of a sweep takes: what is left is the next one's. */
const batch = 500

export const lost = `
  select l.* from encoding_jobs l
  where l.phase = 'leased' and ${dueAt('l')} <= now() and l.lease_expires_at <= now() order by ${dueAt('l')} limit ${batch}`

/** Jobs of one owner that join a tier together do so in rounds one after the other. */
const placed = `placed as (
    select found.*, row_number() over (partition by found.tier, found.owner) - 1 as place from found
  )`

/** Each row only while the lease is still the one that was found to have run out. */
const takeBack = withEvent("'lease-lost'", {
  before: `found as (
    select c.*, l.owner from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::int[])
      as c (id, token, phase, tier, attempts)
    join encoding_jobs l on l.id = c.id
    where l.phase = 'leased' and l.fencing_token = c.token and l.lease_expires_at <= now()
    for update of l skip locked
  ), ${placed},`,
  update: `
    update encoding_jobs j set
      phase = found.phase, attempts = found.attempts, failures = j.failures + 1,
      last_error_class = 'lease-lost', last_error = 'The encoder was not heard of any more.',
      lease_expires_at = null, updated_at = now(),
      finished_at = case when found.phase = 'failed' then now() end,
      tier_entered_at = case when found.tier = j.tier then j.tier_entered_at else now() end,
      turn = case when found.tier = j.tier then ${turnAgain('j')} else ${newTurn('found.tier', 'j.owner')} + found.place end,
      tier = found.tier
    from placed found where j.id = found.id`,
  fields: `jsonb_build_object(
    'encoder', job.assigned_encoder_id, 'class', job.last_error_class, 'tier', job.tier, 'attempts', job.attempts
  )`,
})

async function takeBackLost({ pool }: Queue): Promise<number> {
  const { rows } = await pool.query<JobRow>(lost)
  if (rows.length === 0) return 0
  const after = rows.map((row) =>
    afterFailure({ ...row, maxAttempts: row.max_attempts }, 'lease-lost'),
  )
  const { rowCount } = await pool.query(takeBack, [
    rows.map((row) => row.id),
    rows.map((row) => row.fencing_token),
    after.map(({ phase }) => phase),
    after.map(({ tier }) => tier),
    after.map(({ attempts }) => attempts),
  ])
  return rowCount ?? 0
}

export const expire = withEvent("'expired'", {
  before: `found as (
    select e.id from encoding_jobs e
    where e.phase in ('queued', 'leased') and ${dueAt('e')} <= now() and e.expires_at <= now()
    order by ${dueAt('e')} limit ${batch} for update skip locked
  ),`,
  update: `
    update encoding_jobs j set
      phase = 'expired', lease_expires_at = null, next_retry_at = null, finished_at = now(), updated_at = now()
    from found where j.id = found.id`,
  fields: "jsonb_build_object('expiresAt', job.expires_at)",
})

const waiting = `
  select * from encoding_jobs
  where phase = 'queued' and tier <> tiers[cardinality(tiers)] and tier_entered_at <= now() - ${milliseconds('$1')}
  order by tier_entered_at limit ${batch}`

const letFall = withEvent("'fell'", {
  before: `found as (
    select c.*, w.owner from unnest($1::uuid[], $2::text[], $3::text[]) as c (id, was, tier)
    join encoding_jobs w on w.id = c.id
    where w.phase = 'queued' and w.tier = c.was
    for update of w skip locked
  ), ${placed},`,
  update: `
    update encoding_jobs j set
      tier = found.tier, turn = ${newTurn('found.tier', 'j.owner')} + found.place, tier_entered_at = now(), attempts = 0,
      next_retry_at = null, updated_at = now()
    from placed found where j.id = found.id`,
  fields:
    "jsonb_build_object('tier', job.tier, 'reason', 'nobody of the tier before took it in time')",
})

async function letWaitingFall({ pool, options }: Queue): Promise<number> {
  if (options.tierPatienceMs === null) return 0
  const { rows } = await pool.query<JobRow>(waiting, [options.tierPatienceMs])
  if (rows.length === 0) return 0
  const { rowCount } = await pool.query(letFall, [
    rows.map((row) => row.id),
    rows.map((row) => row.tier),
    rows.map((row) => nextTier(row.tiers, row.tier)),
  ])
  return rowCount ?? 0
}

export const forget = `
  delete from encoding_jobs where id in (
    select f.id from encoding_jobs f
    where f.phase in ('completed', 'failed', 'cancelled', 'expired') and ${dueAt('f')} <= now() - ${milliseconds('$1')}
    order by ${dueAt('f')} limit ${batch} for update skip locked
  )`

export function createSweep(queue: Queue) {
  const { pool, options, announce } = queue
  return async (): Promise<SweepReport> => {
    // A job that is too old is given up before it is asked who may have it next.
    const expired = (await pool.query(expire)).rowCount ?? 0
    const leasesLost = await takeBackLost(queue)
    const fallen = await letWaitingFall(queue)
    const woken = await wakeRested(pool)
    const removed = (await pool.query(forget, [options.keptMs])).rowCount ?? 0
    if (expired + leasesLost + fallen > 0) announce()
    return { leasesLost, expired, woken, fallen, removed }
  }
}
