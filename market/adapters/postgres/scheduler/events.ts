import type { EncodingEventType, EncodingJobId, EncodingPhase } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { EncodingEvent } from '../../../ports/job-scheduler.ts'
import type { Queue } from './queue.ts'

type EventRow = {
  readonly sequence: string
  readonly job_id: EncodingJobId
  readonly owner: HiveAccount
  readonly type: EncodingEventType
  readonly phase: EncodingPhase
  readonly fields: Readonly<Record<string, unknown>>
  readonly at: Date
}

const columns = 'e.sequence, e.job_id, j.owner, e.type, e.phase, e.fields, e.at'
const source = 'job_events e join encoding_jobs j on j.id = e.job_id'

/** The events of one job are made one after the other, under the lock of its row: their order is that of their commits. */
const ofJob = `
  select ${columns} from ${source} where e.job_id = $1 and e.sequence > $2 order by e.sequence limit $3`

export function createEventsAfter({ pool }: Queue) {
  return async (
    job: EncodingJobId,
    sequence: number,
    limit: number,
  ): Promise<readonly EncodingEvent[]> => {
    const { rows } = await pool.query<EventRow>(ofJob, [job, sequence, limit])
    return rows.map(eventOf)
  }
}

export function createNewestEvent({ pool }: Queue) {
  return async (): Promise<number> => {
    const { rows } = await pool.query<{ readonly newest: string }>(
      'select coalesce(max(sequence), 0)::text as newest from job_events',
    )
    return Number(rows[0]?.newest ?? 0)
  }
}

type FeedRow = EventRow & { readonly oldest: string; readonly next: string }

/** With the oldest transaction that is under way and the number that the next one will get, as of the same moment. */
const ofAll = `
  select ${columns},
    pg_snapshot_xmin(pg_current_snapshot())::text as oldest,
    pg_snapshot_xmax(pg_current_snapshot())::text as next
  from ${source} where e.sequence > $1 order by e.sequence limit $2`

/**
 * Transactions commit in another order than they get their sequences in. A sequence that is missing may be of one under way,
 * or will never come (a transaction that failed, a job that was forgotten). It is known which once all transactions have ended
 * that were under way when a greater one was seen: then all up to that one is settled.
 */
export function createAllEventsAfter({ pool }: Queue) {
  let settled = 0
  let pending: { readonly sequence: number; readonly next: bigint } | null = null

  const settle = (oldest: bigint): void => {
    if (pending === null || oldest < pending.next) return
    settled = Math.max(settled, pending.sequence)
    pending = null
  }

  /** Events up to the first gap that may yet be filled, and whether there was one. */
  const read = async (
    sequence: number,
    limit: number,
  ): Promise<{ readonly events: readonly EncodingEvent[]; readonly isHeldBack: boolean }> => {
    const { rows } = await pool.query<FeedRow>(ofAll, [sequence, limit])
    const [first] = rows
    const last = rows.at(-1)
    if (!first || !last) return { events: [], isHeldBack: false }
    settle(BigInt(first.oldest))
    const events = rows.map(eventOf)
    const gap = events.findIndex(
      (event, index) =>
        event.sequence > settled &&
        event.sequence !== (events[index - 1]?.sequence ?? sequence) + 1,
    )
    if (gap === -1) return { events, isHeldBack: false }
    pending ??= { sequence: Number(last.sequence), next: BigInt(first.next) }
    return { events: events.slice(0, gap), isHeldBack: true }
  }

  return async (sequence: number, limit: number): Promise<readonly EncodingEvent[]> => {
    const { events, isHeldBack } = await read(sequence, limit)
    // Mostly nobody is in the way: then a second look settles it.
    return isHeldBack && events.length === 0 ? (await read(sequence, limit)).events : events
  }
}

function eventOf(row: EventRow): EncodingEvent {
  return {
    sequence: Number(row.sequence),
    job: row.job_id,
    owner: row.owner,
    type: row.type,
    phase: row.phase,
    fields: row.fields,
    at: row.at,
  }
}
