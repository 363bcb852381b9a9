import { randomUUID } from 'node:crypto'
import Router from '@koa/router'
import type { LocalQueue } from '#market/adapters/sqlite/agent-store.ts'
import { mount } from '#market/api/mount.ts'
import { MarketError } from '#market/errors.ts'
import type { AgentHealth } from '#protocol/api/desktop.ts'
import {
  agentHealthRoute,
  askPairingRoute,
  claimHereRoute,
  completeHereRoute,
  failHereRoute,
  jobHereRoute,
  pairBySignatureRoute,
  pairingAnswerRoute,
  pairingChallengeRoute,
  progressHereRoute,
  queueHereRoute,
} from '#protocol/api/desktop.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Guards } from './callers.ts'
import { callerKey } from './callers.ts'
import type { Claimer } from './current-work.ts'
import type { AgentDesk } from './desk.ts'
import type { Pairing } from './pairing.ts'

export type AgentRouteDeps = {
  readonly account: HiveAccount
  readonly guards: Guards
  readonly pairing: Pairing
  readonly desk: AgentDesk
  /** The node's own queue; null where jobs come from an indexer. */
  readonly localQueue: LocalQueue | null
  readonly health: () => AgentHealth
}

/** The contract with pages, and what lets them in. */
export function createAgentRouter(deps: AgentRouteDeps): Router {
  const router = new Router()
  mountWork(router, deps)
  mountPairing(router, deps)
  mountLocalJobs(router, deps)
  return router
}

type Caller = { readonly authorization: string; readonly origin: string }

function mountWork(router: Router, { guards, desk, health }: AgentRouteDeps): void {
  router.use('/health', guards.mayLook)
  router.use(['/claim', '/progress', '/complete', '/fail'], guards.mayWork)
  router.use('/claim', guards.namesAccount)
  const claimer = ({ authorization, origin }: Caller): Claimer => ({
    key: callerKey(authorization),
    name: origin === '' ? 'a program of this machine' : origin,
  })
  mount(router, agentHealthRoute, async () => health())
  mount(router, claimHereRoute, async (caller) => await desk.claim(claimer(caller)))
  mount(router, progressHereRoute, async ({ body, ...caller }) => {
    const { jobId, stage, progress, details } = body
    const said = details === undefined ? {} : { details }
    const report = { stage, stageProgress: Math.floor(progress), ...said }
    await desk.report(jobId, claimer(caller), report)
    return {}
  })
  mount(router, completeHereRoute, async ({ body, ...caller }) => {
    const { jobId, ...result } = body
    await desk.complete(jobId, claimer(caller), result)
    return {}
  })
  mount(router, failHereRoute, async ({ body, ...caller }) => {
    const { jobId, error, retryable } = body
    const failure = { class: retryable ? 'device' : 'input-fatal', message: error } as const
    await desk.fail(jobId, claimer(caller), failure)
    return {}
  })
}

function mountPairing(router: Router, { guards, pairing }: AgentRouteDeps): void {
  router.use(/^\/pairing(\/.*)?$/, guards.mayAsk)
  mount(router, askPairingRoute, async ({ origin }) => pairing.ask(origin))
  mount(router, pairingAnswerRoute, async ({ body, origin }) => pairing.answer(body.ticket, origin))
  mount(router, pairingChallengeRoute, async ({ origin }) => pairing.challenge(origin))
  mount(router, pairBySignatureRoute, async ({ body, origin }) => await pairing.sign(origin, body))
}

function mountLocalJobs(router: Router, deps: AgentRouteDeps): void {
  const { account, guards, localQueue, desk } = deps
  router.use(/^\/jobs(\/.*)?$/, guards.mayWork)
  const ownQueue = (): LocalQueue => {
    if (localQueue) return localQueue
    throw new MarketError('role-missing', 'Jobs of this agent come from its indexer; submit there.')
  }
  mount(router, queueHereRoute, async ({ body }) => {
    const { permlink, inputCid, qualities = [] } = body
    const id = body.id ?? EncodingJobId.parse(randomUUID())
    ownQueue().add({ id, owner: account, permlink, inputCid, qualities })
    desk.wake()
    return { jobId: id }
  })
  mount(router, jobHereRoute, async ({ params }) => {
    const job = ownQueue().find(params.id)
    if (job) return job
    throw new MarketError('not-found', 'There is no such job.')
  })
}
