import type { Acknowledged } from '#protocol/calls.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { JobId } from '#protocol/ids.ts'
import type { Progress } from '#protocol/progress.ts'
import { isAwaited } from '../../domain/creator-job.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { createPreviewFollower } from './follow-preview.ts'
import type { ProgressBoard } from './progress-board.ts'
import type { EncoderWatch } from './watch-encoders.ts'

/** Passes on how far an encoder is. Only the awarded one is listened to, and nothing late overtakes what is newer. */
export function createReceiveProgress(
  deps: CreatorDeps,
  { heard }: Pick<EncoderWatch, 'heard'>,
  board: Pick<ProgressBoard, 'note'>,
) {
  const { jobs, events, clock, ledger } = deps
  const previews = createPreviewFollower(deps)
  const newest = new Map<JobId, number>()
  return ({ body, author }: Envelope<Progress>): Acknowledged => {
    const job = jobs.find(body.job)
    if (!isAwaited(job)) {
      return { accepted: false, reason: 'no work is awaited for this job' }
    }
    if (job.choice.bid.encoder !== author || body.encoder !== author) {
      return { accepted: false, reason: 'not the awarded encoder' }
    }
    if (body.sequence <= (newest.get(job.id) ?? -1)) return { accepted: true }
    heard(job)
    newest.set(job.id, body.sequence)
    const { encoder, stage, percent, speed, etaSeconds } = body
    const now = ledger.current().head?.time
    if (now !== undefined) board.note(body, now)
    const { whole, grid } = job.offer
    if (whole && grid.range)
      events.relay({
        ...{ type: 'range-progress', job: whole, at: clock.now(), ...grid.range },
        ...{ rangeJob: job.id, encoder, stage, percent },
      })
    const preview = body.preview && previews.follow(job, encoder, body.preview)
    events.relay({
      type: 'progress',
      job: job.id,
      at: clock.now(),
      encoder,
      stage,
      percent,
      ...(speed === undefined ? {} : { speed }),
      ...(etaSeconds === undefined ? {} : { etaSeconds }),
      ...(preview === undefined ? {} : { preview }),
    })
    return { accepted: true }
  }
}
