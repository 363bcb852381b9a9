import { MarketError } from '#market/errors.ts'
import type { AgentClaim, AgentQueue } from '#market/ports/agent-queue.ts'
import {
  claimRoute,
  completeRoute,
  failRoute,
  progressRoute,
  releaseRoute,
  renewRoute,
} from '#protocol/api/agent.ts'
import { heartbeatRoute, registerEncoderRoute } from '#protocol/api/encoders.ts'
import type { HwAccel } from '#protocol/encoder.ts'
import type { PeerId } from '#protocol/ids.ts'
import type { IndexerClient } from './indexer-client.ts'

/** What the indexer is to say of the agent. */
export type AgentProfile = {
  readonly encoderId: string
  readonly name: string
  readonly peer: PeerId
  readonly version: string
  readonly hwAccel: HwAccel
}

/** The queue of an indexer, of which an agent gets its own account's jobs. */
export function createIndexerQueue(
  { call }: Pick<IndexerClient, 'call'>,
  { encoderId, ...profile }: AgentProfile,
): AgentQueue {
  const leaseOf = ({ jobId, fencingToken }: AgentClaim) => ({ jobId, encoderId, fencingToken })
  let isRegistered = false

  const register = async (): Promise<void> => {
    await call(registerEncoderRoute, {
      body: { id: encoderId, kind: 'agent', slots: 1, ...profile },
    })
    isRegistered = true
  }
  const beat = async (jobsInProgress: number): Promise<void> => {
    if (!isRegistered) await register()
    const heartbeat = { body: { encoderId, jobsInProgress } }
    try {
      await call(heartbeatRoute, heartbeat)
    } catch (error) {
      if (!(error instanceof MarketError) || error.code !== 'not-found') throw error
      await register()
      await call(heartbeatRoute, heartbeat)
    }
  }

  return {
    beat,
    claim: async () => {
      const { job } = await call(claimRoute, { body: { encoderId } })
      if (!job) return null
      const { encoderId: _encoder, leaseExpiresAt: _until, ...claim } = job
      return claim
    },
    renew: async (claim) => {
      await call(renewRoute, { body: leaseOf(claim) })
    },
    report: async (claim, { stage, stageProgress: progress, details }) => {
      const said = details === undefined ? {} : { details }
      await call(progressRoute, { body: { ...leaseOf(claim), stage, progress, ...said } })
    },
    release: async (claim, reason) => {
      await call(releaseRoute, { body: { ...leaseOf(claim), reason } })
    },
    complete: async (claim, result) => {
      const qualities = [...result.qualities]
      await call(completeRoute, { body: { ...leaseOf(claim), ...result, qualities } })
    },
    fail: async (claim, { class: kind, message }) => {
      const retryable = kind !== 'input-fatal'
      const error = message.slice(0, 2_000)
      await call(failRoute, { body: { ...leaseOf(claim), error, retryable, class: kind } })
    },
  }
}
