import type { Pool } from 'pg'

/** What the parts of the scheduler share. */
export type Queue = {
  readonly pool: Pool
  readonly options: SchedulerOptions
  /** 0 to below 1. */
  readonly random: () => number
  /** Tells all processes that there are new events, soon after they were committed. */
  announce(): void
}

export type SchedulerOptions = {
  /** How long a holder may be silent. */
  readonly leaseMs: number
  /** Age at which a job that nobody finished is given up, unless its owner says otherwise. */
  readonly jobExpiresMs: number
  /** How long a job waits in a tier before a sweep lets it fall to the next; null where an orchestrator decides. */
  readonly tierPatienceMs: number | null
  /** How long jobs are kept after their end. */
  readonly keptMs: number
  readonly maxAttempts: number
}

const minute = 60_000
const day = 24 * 60 * minute

export const schedulerDefaults: SchedulerOptions = {
  leaseMs: minute,
  jobExpiresMs: 2 * day,
  tierPatienceMs: 2 * minute,
  keptMs: 30 * day,
  maxAttempts: 3,
}

/** Jobs that may be claimed now; a claim reads them in order from an index of them alone. */
export const claimable = "q.phase = 'queued' and q.next_retry_at is null"

/** The round that a tier is in; null while nothing waits there. */
function roundOf(tier: string): string {
  return `(select q.turn from encoding_jobs q where ${claimable} and q.tier = ${tier} order by q.turn limit 1)`
}

/**
 * The turn of a job that joins a tier: the round after its owner's last waiting job there, or after the current one. Nobody joins
 * a round that has begun, so each round ends.
 */
export function newTurn(tier: string, owner: string): string {
  const last = `(select q.turn from encoding_jobs q where ${claimable} and q.tier = ${tier} and q.owner = ${owner} order by q.turn desc limit 1)`
  return `coalesce(greatest(${roundOf(tier)}, ${last}) + 1, 0)`
}

/** The turn of a job that comes back to its tier: it has waited before, and is in the current round at the latest. */
export function turnAgain(job: string): string {
  return `least(${job}.turn, ${roundOf(`${job}.tier`)})`
}

/**
 * When time asks something of a job: that its lease be taken back, that it be given up, or, counted from here, that it be forgotten.
 * One index has it for all phases.
 */
export function dueAt(job: string): string {
  return `coalesce(${job}.finished_at, least(${job}.lease_expires_at, ${job}.expires_at))`
}

/** An interval of so many milliseconds, of a number or a parameter. */
export function milliseconds(parameter: string): string {
  return `make_interval(secs => ${parameter}::double precision / 1000)`
}

/**
 * A statement that changes jobs and writes one event for each job that it changed, and the call to its owner's webhook where there
 * is one, or does nothing of all that. `update` is an update or
 * insert whose rows are named j; `fields` is what else the event says, over the changed row `job`.
 */
export function withEvent(
  type: string,
  {
    before = '',
    update,
    after = '',
    fields = "'{}'::jsonb",
  }: {
    /** Further common table expressions. */
    readonly before?: string
    readonly update: string
    /** Such as need the changed rows. */
    readonly after?: string
    readonly fields?: string
  },
): string {
  return `
    with ${before} job as (${update} returning j.*), ${after}
    event as (
      insert into job_events (job_id, type, phase, fields)
      select job.id, ${type}, job.phase, ${fields} from job
      returning *
    ),
    call as (${webhookCalls})
    select * from job`
}

/**
 * Numbered as the events are: that is known without a look at the calls before, which another transaction may be writing.
 * A job without a secret is told to nobody: no call goes out unsigned.
 */
const webhookCalls = `
      insert into webhook_deliveries (owner, job_id, sequence, type, url, secret, body, created_at)
      select job.owner, job.id, event.sequence, 'job.' || event.type, job.webhook_url, job.webhook_secret,
        json_build_object(
          'type', 'job.' || event.type,
          'timestamp', to_char(event.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'job', job.id, 'sequence', event.sequence,
          'data', event.fields || jsonb_build_object('phase', event.phase)
        )::text,
        event.at
      from event join job on job.id = event.job_id
      where job.webhook_url is not null and job.webhook_secret is not null`
