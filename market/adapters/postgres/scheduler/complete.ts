import { isDeepStrictEqual } from 'node:util'
import type { EncodingResult, Lease, SchedulerOutcome } from '../../../ports/job-scheduler.ts'
import { findEnded } from './finish.ts'
import { createGrouped } from './grouped.ts'
import { isHeldBy, refuse } from './hold.ts'
import type { JobRow } from './job-row.ts'
import { jobOf } from './job-row.ts'
import type { Queue } from './queue.ts'
import { withEvent } from './queue.ts'

type Completion = { readonly lease: Lease; readonly result: EncodingResult }

const shown = `shown as (
      select * from jsonb_to_recordset($1::jsonb) as s (
        job uuid, encoder varchar, token bigint, output_cid text, manifest_path text, qualities text[], seconds real, bytes bigint
      )
    ),`

const isShown = isHeldBy('held.job', 'held.encoder', 'held.token')

function statement(
  name: string,
  { before, held }: { readonly before: string; readonly held: string },
) {
  const text = withEvent("'completed'", {
    before,
    update: `
      update encoding_jobs j set
        phase = 'completed', lease_expires_at = null, finished_at = now(), updated_at = now(), progress = 100,
        output_cid = held.output_cid, manifest_path = held.manifest_path, output_qualities = held.qualities,
        processing_time_sec = held.seconds, output_size_bytes = held.bytes
      from ${held} held where ${isShown}`,
    fields: "jsonb_build_object('encoder', job.assigned_encoder_id, 'outputCid', job.output_cid)",
  })
  return { name, text }
}

/** Waits for whoever has the row in hand. */
const one = statement('complete-job', { before: shown, held: 'shown' })

/** Leaves rows alone that others have in hand: no group waits for another, nor a call for the neighbours' rows. */
const several = statement('complete-jobs', {
  before: `${shown} free as (
      select held.* from shown held join encoding_jobs j on ${isShown} for update of j skip locked
    ),`,
  held: 'free',
})

export function createCompleteJob({ pool, announce }: Queue) {
  const write = async (
    { name, text }: typeof one,
    completions: readonly Completion[],
  ): Promise<readonly JobRow[]> => {
    const values = [JSON.stringify(completions.map(recordOf))]
    return (await pool.query<JobRow>({ name, text, values })).rows
  }

  const complete = createGrouped<Completion, JobRow | null | 'passed-over'>(async (completions) => {
    if (completions.length === 1) return [(await write(one, completions))[0] ?? null]
    // The first of each job: who comes later is judged by what is written then.
    const ofJob = new Map(completions.toReversed().map((each) => [each.lease.job, each]))
    const rows = await write(several, [...ofJob.values()])
    return completions.map((each) => {
      const isAsked = ofJob.get(each.lease.job) === each
      return (isAsked && rows.find(({ id }) => id === each.lease.job)) || 'passed-over'
    })
  })

  return async (lease: Lease, result: EncodingResult): Promise<SchedulerOutcome> => {
    const completion = { lease, result }
    const answer = await complete(completion)
    const row = answer === 'passed-over' ? (await write(one, [completion]))[0] : answer
    if (row) {
      announce()
      return { ok: true, value: jobOf(row) }
    }
    const known = await findEnded(pool, lease)
    const isSame =
      known?.phase === 'completed' &&
      known.result !== null &&
      isDeepStrictEqual(asKept(known.result), asKept(result))
    return isSame ? { ok: true, value: known } : refuse(pool, lease)
  }
}

function recordOf({ lease, result }: Completion) {
  const { outputCid, manifestPath, qualities, processingTimeSec, outputSizeBytes } = result
  return {
    ...{ job: lease.job, encoder: lease.encoder, token: lease.fencingToken },
    ...{ output_cid: outputCid, manifest_path: manifestPath, qualities },
    ...{ seconds: Math.fround(processingTimeSec), bytes: outputSizeBytes },
  }
}

/** The column keeps seconds in 32 bits, and so does the comparison. */
function asKept(result: EncodingResult): EncodingResult {
  return { ...result, processingTimeSec: Math.fround(result.processingTimeSec) }
}
