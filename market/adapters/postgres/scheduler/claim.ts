import type { EncoderKind } from '#protocol/encoding-job.ts'
import { encoderKinds } from '#protocol/encoding-job.ts'
import { servesOnlyOwner } from '../../../domain/routing.ts'
import type { ClaimingEncoder, LeasedJob } from '../../../ports/job-scheduler.ts'
import { createGrouped } from './grouped.ts'
import type { JobRow } from './job-row.ts'
import { leasedJobOf } from './job-row.ts'
import type { Queue } from './queue.ts'
import { claimable, milliseconds, withEvent } from './queue.ts'
import { wakeRested } from './wake.ts'

/** Gives the first jobs of the line to the encoders in their order; fewer, where fewer are waiting. */
function claim(encoders: number, which: string): string {
  return withEvent("'claimed'", {
    before: `picked as (
      select q.id, q.turn, q.created_at from encoding_jobs q
      where ${claimable} and q.tier = $1::text and ${which} and q.expires_at > now()
      order by q.turn, q.created_at limit ${encoders} for update skip locked
    ),
    placed as (
      select picked.id, row_number() over (order by picked.turn, picked.created_at) as place from picked
    ),`,
    update: `
      update encoding_jobs j set
        phase = 'leased', assigned_at = now(), assigned_encoder_id = ($2::varchar[])[placed.place],
        lease_expires_at = now() + ${milliseconds('$3')}, fencing_token = j.fencing_token + 1,
        current_stage = null, stage_progress = 0, progress = 0, updated_at = now()
      from placed where j.id = placed.id`,
    fields: `jsonb_build_object(
      'encoder', job.assigned_encoder_id, 'tier', job.tier, 'attempts', job.attempts, 'fencingToken', job.fencing_token
    )`,
  })
}

/** Named, so that a connection plans each but once. */
export const ofOwner = { name: 'claim-of-owner', text: claim(1, 'q.owner = $4::varchar') }

/** The number of jobs is in the text: a plan for any number would be one for many. */
export function ofAnybody(encoders: number): { readonly name: string; readonly text: string } {
  return { name: `claim-of-anybody-${encoders}`, text: claim(encoders, 'true') }
}

function createTryKind({ pool, options }: Queue) {
  const askAll = async (
    kind: EncoderKind,
    encoders: readonly ClaimingEncoder[],
  ): Promise<readonly (LeasedJob | null)[]> => {
    const values = [kind, encoders.map(({ id }) => id), options.leaseMs]
    const { rows } = await pool.query<JobRow>({ ...ofAnybody(encoders.length), values })
    const jobs = rows.map(leasedJobOf)
    return encoders.map(({ id }) => {
      const index = jobs.findIndex(({ assignedEncoderId }) => assignedEncoderId === id)
      return jobs.splice(index, index === -1 ? 0 : 1)[0] ?? null
    })
  }
  const anybodys = new Map(
    encoderKinds
      .filter((kind) => !servesOnlyOwner(kind))
      .map((kind) => [
        kind,
        createGrouped((calls: readonly ClaimingEncoder[]) => askAll(kind, calls)),
      ]),
  )
  return async (encoder: ClaimingEncoder, kind: EncoderKind): Promise<LeasedJob | null> => {
    const ofAny = anybodys.get(kind)
    if (ofAny) return ofAny(encoder)
    const values = [kind, [encoder.id], options.leaseMs, encoder.owner]
    const { rows } = await pool.query<JobRow>({ ...ofOwner, values })
    return rows[0] ? leasedJobOf(rows[0]) : null
  }
}

export function createClaimJob(queue: Queue) {
  const { pool, announce } = queue
  const tryKind = createTryKind(queue)
  const tryKinds = async (
    encoder: ClaimingEncoder,
    kinds: readonly EncoderKind[],
  ): Promise<LeasedJob | null> => {
    for (const kind of encoderKinds.filter((known) => kinds.includes(known))) {
      const job = await tryKind(encoder, kind)
      if (job) return job
    }
    return null
  }
  return async (
    encoder: ClaimingEncoder,
    kinds: readonly EncoderKind[],
  ): Promise<LeasedJob | null> => {
    // Whoever has nothing to do has time to see whether a job has rested enough.
    const job =
      (await tryKinds(encoder, kinds)) ??
      ((await wakeRested(pool)) > 0 ? await tryKinds(encoder, kinds) : null)
    if (job) announce()
    return job
  }
}
