import type { MilliHbd } from '#protocol/amount.ts'
import type { Consideration } from '#protocol/api/control.ts'
import type { Bid } from '#protocol/bid.ts'
import type { JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { EncoderDeps } from './encoder-deps.ts'

/** What the owner of an encoder can ask about the offers it heard of. */
export type Considerations = {
  declined(offer: JobOffer, reason: string): void
  answered(offer: JobOffer, bid: Bid, reason: string): void
  /** The latest last. */
  all(): readonly Consideration[]
}

const remembered = 1_000

/** Remembers the last answer to each of the latest offers, and tells of a refusal once and not with every block. */
export function createConsiderations({
  jobs,
  onDecline,
}: Pick<EncoderDeps, 'jobs' | 'onDecline'>): Considerations {
  const known = new Map<JobId, Consideration>()
  const note = ({ job, ceiling, bidsUntil }: JobOffer, price: MilliHbd | null, reason: string) => {
    known.delete(job)
    known.set(job, { job, ceiling, bidsUntil, price, reason })
    const [oldest] = known.keys()
    if (known.size > remembered && oldest !== undefined) known.delete(oldest)
  }
  return {
    declined: (offer, reason) => {
      if (known.get(offer.job)?.reason === reason) return
      note(offer, null, reason)
      onDecline?.(offer.job, reason)
    },
    answered: (offer, { price }, reason) => note(offer, price, reason),
    all: () =>
      [...known.values()].map((consideration) => {
        const job = jobs.find(consideration.job)
        if (job?.phase !== 'bidding' || job.refusal === undefined) return consideration
        return {
          ...consideration,
          reason: `${consideration.reason}; its creator says: ${job.refusal}`,
        }
      }),
  }
}
