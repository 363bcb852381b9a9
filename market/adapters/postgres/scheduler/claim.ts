import type { EncoderKind } from '#protocol/encoding-job.ts'
import { encoderKinds } from '#protocol/encoding-job.ts'
import { servesOnlyOwner } from '../../../domain/routing.ts'
import type { ClaimingEncoder, LeasedJob } from '../../../ports/job-scheduler.ts'
import type { JobRow } from './job-row.ts'
import { leasedJobOf } from './job-row.ts'
import type { Queue } from './queue.ts'
import { claimable, milliseconds, withEvent } from './queue.ts'
import { wakeRested } from './wake.ts'

const first = 'order by q.turn, q.created_at limit 1 for update skip locked'

function claim(which: string): string {
  return withEvent("'claimed'", {
    before: `picked as (
      select q.id from encoding_jobs q
      where ${claimable} and q.tier = $1::text and ${which} and q.expires_at > now() ${first}
    ),`,
    update: `
      update encoding_jobs j set
        phase = 'leased', assigned_at = now(), assigned_encoder_id = $2::varchar,
        lease_expires_at = now() + ${milliseconds('$3')}, fencing_token = j.fencing_token + 1,
        current_stage = null, stage_progress = 0, progress = 0, updated_at = now()
      from picked where j.id = picked.id`,
    fields: `jsonb_build_object(
      'encoder', job.assigned_encoder_id, 'tier', job.tier, 'attempts', job.attempts, 'fencingToken', job.fencing_token
    )`,
  })
}

/** Named, so that a connection plans each but once. */
export const ofOwner = { name: 'claim-of-owner', text: claim('q.owner = $4::varchar') }
export const ofAnybody = { name: 'claim-of-anybody', text: claim('true') }

export function createClaimJob({ pool, options, announce }: Queue) {
  const tryKind = async (
    encoder: ClaimingEncoder,
    kind: EncoderKind,
  ): Promise<LeasedJob | null> => {
    const common = [kind, encoder.id, options.leaseMs]
    const { rows } = servesOnlyOwner(kind)
      ? await pool.query<JobRow>({ ...ofOwner, values: [...common, encoder.owner] })
      : await pool.query<JobRow>({ ...ofAnybody, values: common })
    return rows[0] ? leasedJobOf(rows[0]) : null
  }
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
