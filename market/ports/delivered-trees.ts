import type { DeliveredJob, SettledJob } from '#contracts/job.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'

/** A job of the queue whose offer was delivered on the chain. */
export type DeliveredTree = {
  readonly job: EncodingJobId
  readonly chain: Pick<DeliveredJob, 'id' | 'offer' | 'creator' | 'award' | 'delivered'>
}

/** What the chain delivered to jobs of the queue. */
export interface DeliveredTrees {
  /** The latest deliveries since a chain time, the newest first; none whose money went back to the creator alone. */
  since(seconds: number, limit: number): Promise<readonly DeliveredTree[]>
}

/** Null for a job that ended without one, or whose money went back. */
export function deliveryIn(chain: DeliveredJob | SettledJob): DeliveredTree['chain'] | null {
  const { id, offer, creator, award, delivered } = chain
  if (!delivered || (chain.phase === 'settled' && chain.toEncoder === 0n)) return null
  return { id, offer, creator, award, delivered }
}
