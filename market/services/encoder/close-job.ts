import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { EncoderJob } from '../../domain/encoder-job.ts'
import type { EncoderDeps } from './encoder-deps.ts'

/** any -> closed. What is only kept for the work is let go; a tree that was paid for stays until its owner says otherwise. */
export function closeJob(
  { jobs, processor, background }: EncoderDeps,
  { id, offer, bid, bidHash }: EncoderJob,
  outcome: 'paid' | 'refunded' | 'lost',
  paid: MilliHbd = milliHbd(0n),
): void {
  background.stop(`seal ${id}`)
  background.stop(`bid ${id}`)
  background.stop(`fetch ${id}`)
  background.stop(`encode ${id}`)
  jobs.save({ phase: 'closed', id, offer, bid, bidHash, outcome, paid })
  if (outcome !== 'paid') processor.release(id)
}
