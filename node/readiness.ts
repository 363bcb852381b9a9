import type { Readiness } from '#market/ports/readiness.ts'
import type { Registration } from '#market/services/register-node.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Logger } from './logger.ts'

/** Whether a peer may take on anything new: no other node has its account, and the account can pay for its transactions. */
export function createReadiness({
  account,
  registration,
  means,
}: {
  readonly account: HiveAccount
  readonly registration: Pick<Registration, 'isSuperseded'>
  readonly means: Readiness
}): Readiness {
  return {
    obstacle: () =>
      registration.isSuperseded()
        ? `Another node has registered @${account} since this one started; stop one of them.`
        : means.obstacle(),
  }
}

/** Tells the owner when the node stops taking jobs, and when it takes them again. Call it now and then. */
export function createReadinessTeller(readiness: Readiness, logger: Logger): () => void {
  let told: string | null = null
  return () => {
    const obstacle = readiness.obstacle()
    // Its figures change with every look: only whether there is an obstacle is news.
    if (obstacle !== null && told === null) logger.warn('no jobs are taken on', { obstacle })
    if (obstacle === null && told !== null) logger.info('jobs are taken on again')
    told = obstacle
  }
}
