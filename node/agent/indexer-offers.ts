import type { WaitingOffers } from '#market/ports/waiting-offers.ts'
import { getJobRoute, listJobsRoute } from '#protocol/api/jobs.ts'
import { getSettingsRoute } from '#protocol/api/settings.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { IndexerClient } from './indexer-client.ts'

/** Jobs of one look. */
const limit = 20

/** What the account has at an indexer, over its API. */
export function createIndexerOffers(
  { call }: Pick<IndexerClient, 'call'>,
  account: HiveAccount,
): WaitingOffers {
  return {
    limits: async () => {
      const params = { user: account }
      const { awardLimit, releaseLimit } = await call(getSettingsRoute, { params })
      return { award: awardLimit, release: releaseLimit }
    },
    unoffered: async () => {
      const query = { owner: account, phase: 'queued', tier: 'community', limit } as const
      const { jobs } = await call(listJobsRoute, { query })
      const open = jobs.filter(({ marketJob, budget }) => marketJob === null && budget !== null)
      const plans = await Promise.all(open.map(({ id }) => call(getJobRoute, { params: { id } })))
      return plans.flatMap(({ id, inputCid, budget, plan }) => {
        const step = plan.find(({ tier }) => tier === 'community')
        const isWanted = step?.state === 'current' && step.reason?.type === 'offer-wanted'
        return isWanted && budget !== null ? [{ id, inputCid, budget }] : []
      })
    },
  }
}
