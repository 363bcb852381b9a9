import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { moveAfter } from '../domain/market-move.ts'
import type { MarketJobStore, PendingStep } from '../ports/market-jobs.ts'

export type FollowMarketJobsDeps = {
  readonly store: MarketJobStore
  /** Told of a job that could not follow; it is tried again later. */
  readonly onFailure: (error: unknown, job: EncodingJobId) => void
}

/** Steps of one round. */
const batch = 200

/**
 * Moves jobs of the queue by what the chain says of their offers, and tells how far their encoders are by what gossip says. Keeps
 * nothing itself, so it may die at any line, and run in several processes at once.
 * Resolves to how many steps were followed. Rejects only where the store does not answer.
 */
export function createFollowMarketJobs({ store, onFailure }: FollowMarketJobsDeps) {
  /** Steps of one job are followed in order, or from the first that fails on not at all. */
  const followAll = async (steps: readonly PendingStep[]): Promise<number> => {
    const stuck = new Set<EncodingJobId>()
    let followed = 0
    for (const pending of steps) {
      if (stuck.has(pending.job)) continue
      try {
        if (await store.follow(pending, moveAfter(pending))) followed += 1
        else stuck.add(pending.job)
      } catch (error) {
        stuck.add(pending.job)
        onFailure(error, pending.job)
      }
    }
    return followed
  }

  return async (): Promise<number> => {
    let followed = 0
    for (;;) {
      const now = await followAll(await store.pending(batch))
      followed += now
      if (now === 0) break
    }
    await store.relayProgress()
    return followed
  }
}
