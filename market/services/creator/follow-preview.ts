import type { Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import { isAwaited } from '../../domain/creator-job.ts'
import { treeBytesLimit } from '../../domain/segment-rate.ts'
import type { CreatorDeps } from './creator-deps.ts'

/** Failed fetches after which a job's previews are left alone: each may have cost as much as the whole tree. */
const mostFailures = 3

export type PreviewFollower = {
  /** Brings a preview here and shows it. Returns what is shown of the job by now, if anything. */
  follow(job: CreatorJob, encoder: HiveAccount, preview: Cid): Cid | undefined
}

/**
 * Brings what an encoder has finished here while it goes on, so that it can be watched at once and little is left to
 * fetch in the end. A preview is believed in nothing: it is kept by nobody, never takes more than the job's tree may have,
 * and the delivery is checked as if there had been none.
 */
export function createPreviewFollower(
  deps: Pick<CreatorDeps, 'background' | 'content' | 'jobs' | 'trees'>,
): PreviewFollower {
  const { background, content, jobs, trees } = deps
  const known = new Map<JobId, { shown?: Cid; bytes: number; failures: number }>()

  const bring = async (
    { id, offer }: CreatorJob,
    [encoder, preview]: readonly [HiveAccount, Cid],
    signal: AbortSignal,
  ): Promise<void> => {
    const state = known.get(id) ?? { bytes: 0, failures: 0 }
    known.set(id, state)
    const expectedBytes = treeBytesLimit(offer)
    if (state.shown === preview || state.failures >= mostFailures || state.bytes > expectedBytes)
      return
    state.failures += 1
    const { bytes } = await content.fetch(preview, [encoder], { signal, expectedBytes })
    state.failures -= 1
    state.bytes += bytes
    // What was delivered meanwhile is more.
    if (!isAwaited(jobs.find(id))) return
    trees.show(id, preview)
    state.shown = preview
  }

  return {
    follow: (job, encoder, preview) => {
      background.start(`preview ${job.id}`, (signal) => bring(job, [encoder, preview], signal))
      return known.get(job.id)?.shown
    },
  }
}
