import type { WaitingJob } from '#market/ports/job-plans.ts'
import type { EncodingSettings } from '#market/ports/settings-store.ts'
import { defaultSettings } from '#market/ports/settings-store.ts'
import { createOrchestrateJobs } from '#market/services/orchestrate-jobs.ts'
import { createPrepareAward } from '#market/services/prepare-award.ts'
import { sha256 } from '../builders.ts'
import { testNetwork } from '../test-chain.ts'
import { fakeMarket } from './fake-market.ts'
import type { OrchestratedQueue } from './queue.ts'

/** An orchestrator over a queue and a market that the test moves. What goes wrong in a round fails the test. */
export function setStage(queue: OrchestratedQueue, settings: Partial<EncodingSettings> = {}) {
  const market = fakeMarket()
  const { chain, live } = market
  const failures: unknown[] = []
  const prepareAward = createPrepareAward({
    ...{ chain, live, sha256, operationId: testNetwork.operationId, ratificationSeconds: 3_600 },
  })
  const deps = {
    ...{ ...queue, chain, live, sha256, prepareAward },
    settings: { find: async () => ({ ...defaultSettings, ...settings }) },
    onFailure: (error: unknown) => void failures.push(error),
  }
  return {
    ...{ market, failures, deps },
    round: createOrchestrateJobs(deps),
    /** Goes on with jobs as somebody saw them who was stopped after looking. */
    decideFrom: async (seen: readonly WaitingJob[]): Promise<void> => {
      const due = async () => seen
      await createOrchestrateJobs({ ...deps, plans: { ...queue.plans, due } })()
    },
    advance: async (ms: number): Promise<void> => {
      market.advance(ms)
      await queue.advance(ms)
    },
  }
}

export type Stage = ReturnType<typeof setStage>
