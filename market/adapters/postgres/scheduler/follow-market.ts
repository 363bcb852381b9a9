import { unreachable } from '#contracts/outcome.ts'
import { Stage } from '#protocol/progress.ts'
import type { MarketMove } from '../../../domain/market-move.ts'
import { overallProgress } from '../../../domain/stage-progress.ts'
import type { PendingStep } from '../../../ports/market-jobs.ts'
import { milliseconds, newTurn, turnAgain, withEvent } from './queue.ts'

/** Whether the row j of $1 is alive and has not followed the step $2 yet. */
const follows = "j.id = $1 and j.market_event < $2 and j.phase in ('queued', 'leased')"
const followed = 'market_event = $2, updated_at = now()'

/** A new token: whoever had the job from the queue has it no more. What the chain awarded does not expire here. */
const assign = {
  name: 'market-assign',
  text: withEvent("'awarded'", {
    update: `
      update encoding_jobs j set
        phase = 'leased', tier = case when 'community' = any(j.tiers) then 'community' else j.tier end,
        assigned_at = now(), assigned_encoder_id = $4::varchar, lease_expires_at = now() + ${milliseconds('$5')},
        fencing_token = j.fencing_token + 1, current_stage = null, stage_progress = 0, progress = 0,
        next_retry_at = null, expires_at = greatest(j.expires_at, now() + ${milliseconds('$5')}), ${followed}
      where ${follows}`,
    fields: '$3::jsonb',
  }),
}

/** A delivery is the end of the encoder's work, whatever it said of it last. */
const tell = {
  name: 'market-tell',
  text: withEvent('$4::text', {
    update: `
      update encoding_jobs j set
        current_stage = case when $4::text = 'delivered' then 'uploading' else j.current_stage end,
        stage_progress = case when $4::text = 'delivered' then 100 else j.stage_progress end,
        progress = case when $4::text = 'delivered' then 100 else j.progress end, ${followed}
      where ${follows}`,
    fields: '$3::jsonb',
  }),
}

/** Nobody takes it from the queue while its offer stands. */
const reopen = {
  name: 'market-reopen',
  text: withEvent("'reopened'", {
    update: `
      update encoding_jobs j set
        phase = 'queued', lease_expires_at = null, next_retry_at = j.expires_at, turn = ${turnAgain('j')}, ${followed}
      where ${follows}`,
    fields: "$3::jsonb || jsonb_build_object('encoder', job.assigned_encoder_id)",
  }),
}

const complete = {
  name: 'market-complete',
  text: withEvent("'completed'", {
    update: `
      update encoding_jobs j set
        phase = 'completed', assigned_encoder_id = $4::varchar, lease_expires_at = null, next_retry_at = null,
        finished_at = now(), progress = 100, paid = $5, output_cid = $6, manifest_path = $7, output_qualities = $8,
        processing_time_sec = $9, output_size_bytes = $10, ${followed}
      where ${follows}`,
    fields: '$3::jsonb',
  }),
}

/** $4 is the tier it was in when that was decided, $5 the next one, or null where there is none. */
const leave = {
  name: 'market-leave',
  text: withEvent("case when job.phase = 'failed' then 'failed' else 'fell' end", {
    update: `
      update encoding_jobs j set
        phase = case when $5::text is null then 'failed' else 'queued' end,
        finished_at = case when $5::text is null then now() end,
        tier = coalesce($5::text, j.tier),
        turn = case when $5::text is null then j.turn else ${newTurn('$5::text', 'j.owner')} end,
        tier_entered_at = now(), attempts = 0, failures = j.failures + 1, last_error = $6, last_error_class = null,
        lease_expires_at = null, next_retry_at = null, ${followed}
      where ${follows} and j.tier = $4::text`,
    fields:
      "$3::jsonb || jsonb_build_object('from', $4::text, 'tier', job.tier, 'text', job.last_error)",
  }),
}

/** The statement that carries out a move, all of it or nothing. */
export function statementOf(
  { job, step: { sequence }, tier }: PendingStep,
  move: MarketMove,
): { readonly name: string; readonly text: string; readonly values: unknown[] } {
  const common = [job, sequence, JSON.stringify(move.told)]
  switch (move.type) {
    case 'assign':
      return { ...assign, values: [...common, move.encoder, move.leaseSeconds * 1_000] }
    case 'tell':
      return { ...tell, values: [...common, move.event] }
    case 'reopen':
      return { ...reopen, values: common }
    case 'complete': {
      const { outputCid, manifestPath, qualities, processingTimeSec, outputSizeBytes } = move.result
      return {
        ...complete,
        values: [
          ...[...common, move.encoder, move.paid.toString()],
          ...[outputCid, manifestPath, qualities, processingTimeSec, outputSizeBytes],
        ],
      }
    }
    case 'leave':
      return { ...leave, values: [...common, tier, move.to, move.why] }
    default:
      return unreachable(move)
  }
}

const stages = `array[${Stage.options.map((stage) => `'${stage}'`).join(', ')}]`

/** As {@link overallProgress}, of the row `said`. */
const overall = `case said.stage ${Stage.options
  .map((stage) => {
    const from = overallProgress(stage, 0)
    const share = overallProgress(stage, 100) - from
    return `when '${stage}' then ${from} + ${share} * said.percent / 100`
  })
  .join(' ')} end`

/** Only of who was awarded the job, and only what is ahead of what is known; whole percents, so that there are few. */
export const relayProgress = {
  name: 'market-progress',
  text: `
    with said as (
      select j.id, p.stage, floor(p.percent)::int as percent
      from encoding_jobs j
      join live_progress p on p.job = j.market_job and '@' || p.encoder = j.assigned_encoder_id
      where j.market_job is not null and j.phase = 'leased' and p.expires_at > now()
        and (array_position(${stages}, p.stage), floor(p.percent)::int)
          > (coalesce(array_position(${stages}, j.current_stage), 0), j.stage_progress)
      for update of j skip locked
    ),
    job as (
      update encoding_jobs j set
        current_stage = said.stage, stage_progress = said.percent, progress = ${overall}, updated_at = now()
      from said where j.id = said.id
      returning j.*
    ),
    event as (
      insert into job_events (job_id, type, phase, fields)
      select job.id, 'progress', job.phase, jsonb_build_object(
        'stage', job.current_stage, 'stageProgress', job.stage_progress, 'progress', job.progress
      )
      from job
    )
    select id from job`,
}
