import type { HiveAccount } from '#protocol/ids.ts'
import type { NodeRole } from '#protocol/registration.ts'
import { creditObstacle } from '../domain/means.ts'
import type { Readiness } from '../ports/readiness.ts'

/** Milliseconds between two looks. */
const everyMs = 60_000

export type MeansDeps = {
  readonly account: HiveAccount
  readonly roles: readonly NodeRole[]
  /** Resource credits of an account now. Rejects where no endpoint tells. */
  readonly creditsOf: (account: HiveAccount) => Promise<bigint>
  readonly now: () => number
  readonly onUnknown: (error: unknown) => void
}

export type MeansWatch = Readiness & {
  /** Looks again if it is time to. Called after each block; never rejects. */
  advance(): Promise<void>
}

/**
 * Watches whether the account can pay for the transactions of its next job, so that a node stops before it makes a promise
 * that it could not sign. What cannot be asked is no obstacle: most accounts have plenty.
 */
export function createMeansWatch(deps: MeansDeps): MeansWatch {
  const { account, roles, creditsOf, now, onUnknown } = deps
  let obstacle: string | null = null
  let next = Number.NEGATIVE_INFINITY
  return {
    obstacle: () => obstacle,
    advance: async () => {
      if (now() < next) return
      next = now() + everyMs
      try {
        obstacle = creditObstacle(account, roles, await creditsOf(account))
      } catch (error) {
        onUnknown(error)
      }
    },
  }
}
