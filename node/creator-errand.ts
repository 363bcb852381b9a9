import { createCreatorJobStore } from '#market/adapters/sqlite/job-stores.ts'
import { createOfferWaitingJobs } from '#market/services/creator/offer-waiting-jobs.ts'
import type { JobRequest } from '#market/services/creator/post-job.ts'
import type { AwardAllowance } from '#market/services/creator/within-allowance.ts'
import type { JobId } from '#protocol/ids.ts'
import type { AgentDeps } from './agent/agent.ts'
import { createFetchInput } from './agent/fetch-input.ts'
import { createIndexerClient } from './agent/indexer-client.ts'
import { createIndexerOffers } from './agent/indexer-offers.ts'
import { pause } from './chain/hive-rpc.ts'
import { startLoop } from './loop.ts'
import { createGatewayStreams } from './p2p/gateway-streams.ts'
import { openScratch } from './scratch.ts'

export type ErrandDeps = Pick<
  AgentDeps,
  'account' | 'database' | 'content' | 'blocks' | 'signer' | 'peerStreams' | 'gateways' | 'logger'
> & {
  readonly postJob: (request: JobRequest, signal: AbortSignal) => Promise<JobId>
}

export type ErrandOptions = {
  /** Address of the indexer. */
  readonly indexer: string
  /** The node's data directory. */
  readonly data: string
  readonly everyMs?: number
  readonly allowance: AwardAllowance
}

const mostTold = 1_000

/**
 * Looks at an indexer for jobs of the account that wait for an offer, and makes it where the owner's limit allows. An indexer that
 * cannot be reached is asked again later. Disposing stops it.
 */
export function startCreatorErrand(
  deps: ErrandDeps,
  { indexer, data, allowance, everyMs = 15_000 }: ErrandOptions,
): AsyncDisposable {
  const { account, content, blocks, logger, postJob } = deps
  const jobs = createCreatorJobStore(deps.database)
  /** What was told of each job last: a limit that is reached is reached for hours. */
  const told = new Map<string, string>()
  const tell = (error: unknown, job: string): void => {
    const message = error instanceof Error ? error.message : String(error)
    if (told.get(job) === message) return
    if (told.size >= mostTold) told.clear()
    told.set(job, message)
    logger.warn('not offered', { job }, error)
  }
  return startLoop(async (stopped) => {
    const client = createIndexerClient({
      ...{ url: indexer, account, signer: deps.signer, signal: stopped },
    })
    const offerWaitingJobs = createOfferWaitingJobs({
      ...{ account, allowance, content, postJob },
      waiting: createIndexerOffers(client, account),
      fetchInput: createFetchInput({
        ...{ blocks, content, logger, gateways: [indexer], peers: deps.gateways },
        ...{ gatewayStreams: createGatewayStreams(), peerStreams: deps.peerStreams },
        onExchange: () => undefined,
      }),
      scratch: () => openScratch(data, 'offer'),
      isOffered: (job) => jobs.find(job) !== null,
      onFailure: tell,
    })
    while (!stopped.aborted) {
      await offerWaitingJobs(stopped).catch((error: unknown) => {
        if (!stopped.aborted) logger.warn('indexer not asked', { indexer }, error)
      })
      await pause(everyMs, stopped)
    }
  })
}
