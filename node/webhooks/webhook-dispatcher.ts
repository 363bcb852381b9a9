import type { DispatchWebhooks } from '#market/services/dispatch-webhooks.ts'
import type { Logger } from '../logger.ts'
import { startLoop } from '../loop.ts'
import { createTicker } from '../ticker.ts'

export type WebhookDispatcherOptions = {
  /** Calls under way at once in this process; default 32. */
  readonly slots?: number
}

/**
 * Sends deliveries as they become due, looking every second and whenever a call ends. Any number of processes may do so on one
 * database. Disposing breaks off the calls under way and gives their leases back.
 */
export function startWebhookDispatcher(
  { dispatch, logger }: { readonly dispatch: DispatchWebhooks; readonly logger: Logger },
  { slots = 32 }: WebhookDispatcherOptions = {},
): AsyncDisposable {
  const ticker = createTicker(logger)
  const underWay = new Set<Promise<void>>()
  return startLoop(async (signal) => {
    await ticker.run(async () => {
      const free = slots - underWay.size
      if (free === 0) return
      for (const delivery of await dispatch.lease(free)) {
        const call = dispatch
          .deliver(delivery, signal)
          // The lease lapses, and the delivery is tried again.
          .catch((error: unknown) => logger.error('try not recorded', { id: delivery.id }, error))
          .finally(() => {
            underWay.delete(call)
            ticker.tick()
          })
        underWay.add(call)
      }
    }, signal)
    await Promise.all(underWay)
  })
}
