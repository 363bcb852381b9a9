import { setTimeout as wait } from 'node:timers/promises'
import type { PostgresDatabase } from '#market/adapters/postgres/database.ts'
import { createWebhookReceipts } from '#market/adapters/postgres/webhook-receipts.ts'
import { createWebhookStore } from '#market/adapters/postgres/webhook-store.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { SecretBox } from '#market/ports/secret-box.ts'
import type { WebhookReceipts } from '#market/ports/webhook-receipts.ts'
import type { WebhookStore } from '#market/ports/webhook-store.ts'
import { createDispatchWebhooks } from '#market/services/dispatch-webhooks.ts'
import type { Logger } from '../logger.ts'
import { startLoop } from '../loop.ts'
import type { Metrics } from '../metrics.ts'
import type { AddressPolicy } from './safe-address.ts'
import { resolveName } from './safe-address.ts'
import { webhookCrypto } from './webhook-crypto.ts'
import { startWebhookDispatcher } from './webhook-dispatcher.ts'
import { createWebhookSender } from './webhook-sender.ts'

export type Webhooks = AsyncDisposable & {
  /** For owners: their deliveries, the log of each, and sending again. */
  readonly deliveries: WebhookStore
  /** For calls that come in. */
  readonly receipts: WebhookReceipts
}

export type WebhooksDeps = {
  readonly database: PostgresDatabase
  readonly secrets: SecretBox
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'webhookTry'>
}

const day = 24 * 3_600_000
/** How long owners find what was sent, and how long a repeated call is known as one. */
const keptMs = { deliveries: 30 * day, receipts: 7 * day }
const everyMs = 3_600_000

/** Sends what is due and forgets what is old, until disposed. Every indexer of a database may do both. */
export function startWebhooks(
  { database, secrets, clock, logger, metrics }: WebhooksDeps,
  policy: AddressPolicy,
): Webhooks {
  const deliveries = createWebhookStore(database)
  const receipts = createWebhookReceipts(database)
  const dispatch = createDispatchWebhooks({
    deliveries,
    sender: createWebhookSender({ resolve: resolveName, now: clock.now }, { policy }),
    crypto: webhookCrypto,
    ...{ secrets, clock },
    random: Math.random,
    onTry: metrics.webhookTry,
  })
  const dispatcher = startWebhookDispatcher({ dispatch, logger })
  const cleaner = startLoop(async (signal) => {
    while (!signal.aborted) {
      await forget({ deliveries, receipts }, clock.now()).catch((error: unknown) =>
        logger.error('old webhooks not forgotten', {}, error),
      )
      await wait(everyMs, undefined, { signal }).catch(() => undefined)
    }
  })
  return {
    deliveries,
    receipts,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([dispatcher[Symbol.asyncDispose](), cleaner[Symbol.asyncDispose]()])
    },
  }
}

async function forget(
  { deliveries, receipts }: Pick<Webhooks, 'deliveries' | 'receipts'>,
  now: number,
): Promise<void> {
  await deliveries.prune(new Date(now - keptMs.deliveries))
  await receipts.prune(new Date(now - keptMs.receipts))
}
