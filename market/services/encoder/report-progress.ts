import { jobCreator } from '#protocol/ids.ts'
import type { Progress } from '#protocol/progress.ts'
import type { EncoderJob } from '../../domain/encoder-job.ts'
import type { WorkProgress } from '../../ports/processing.ts'
import type { EncoderDeps } from './encoder-deps.ts'

export type ProgressReporter = { readonly report: (progress: WorkProgress) => void }

/**
 * Tells a job's creator how far the work is. At most one report is on its way: a slow creator gets fewer, never a queue of old ones,
 * and a lost one is no failure.
 */
export function createProgressReporter(
  {
    account,
    signer,
    network,
    clock,
  }: Pick<EncoderDeps, 'account' | 'signer' | 'network' | 'clock'>,
  { id }: EncoderJob,
): ProgressReporter {
  // Greater than any of an earlier life of this process.
  let sequence = clock.now()
  let isSending = false
  let next: WorkProgress | null = null

  const tell = async (body: Progress): Promise<void> => {
    const [sealed] = await Promise.allSettled([signer.seal(body)])
    if (sealed.status === 'rejected') return
    await Promise.allSettled([
      network.call(jobCreator(id), 'progress', sealed.value),
      network.publish('progress', sealed.value),
    ])
  }

  const send = async (): Promise<void> => {
    isSending = true
    while (next) {
      const { stage, percent, speed, etaSeconds, preview } = next
      next = null
      sequence += 1
      const body: Progress = {
        v: 1,
        type: 'progress',
        job: id,
        encoder: account,
        sequence,
        stage,
        percent,
        ...(speed === undefined ? {} : { speed }),
        ...(etaSeconds === undefined ? {} : { etaSeconds }),
        ...(preview === undefined ? {} : { preview }),
      }
      await tell(body)
    }
    isSending = false
  }

  return {
    report: (progress) => {
      next = progress
      if (!isSending) void send()
    },
  }
}
