import { setTimeout as wait } from 'node:timers/promises'
import { createAlertStore } from '#market/adapters/postgres/alert-store.ts'
import type { PostgresDatabase } from '#market/adapters/postgres/database.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { MonitoringSources } from '#market/ports/monitoring.ts'
import type { SecretBox } from '#market/ports/secret-box.ts'
import type { AlertReceiver } from '#market/services/watch-alerts.ts'
import { createWatchAlerts, operatorName } from '#market/services/watch-alerts.ts'
import type { Logger } from './logger.ts'
import { startLoop } from './loop.ts'

export type AlertsDeps = {
  readonly database: PostgresDatabase
  readonly sources: MonitoringSources
  readonly secrets: SecretBox
  readonly clock: Clock
  readonly logger: Logger
}

const everyMs = 30_000

/** Looks every half minute and writes the calls to the operator's webhook; whoever dispatches webhooks sends them. */
export function startAlerts(
  { database, sources, secrets, clock, logger }: AlertsDeps,
  /** Its secret as the operator knows it. */
  receiver: AlertReceiver,
): AsyncDisposable {
  const watch = createWatchAlerts(
    {
      ...{ sources, alerts: createAlertStore(database), clock },
      onUnread: (source, error) => logger.warn('figures not read', { source }, error),
    },
    { ...receiver, secret: secrets.seal(receiver.secret, operatorName) },
  )
  return startLoop(async (signal) => {
    while (!signal.aborted) {
      try {
        for (const alert of await watch()) logger.warn('operator told', { alert })
      } catch (error) {
        logger.error('alerts not told', {}, error)
      }
      await wait(everyMs, undefined, { signal }).catch(() => undefined)
    }
  })
}
