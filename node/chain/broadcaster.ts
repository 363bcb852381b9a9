import type { OutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import type { TransactionId } from '#protocol/ids.ts'
import type { Logger } from '../logger.ts'
import type { HiveRpc } from './hive-rpc.ts'
import { ChainAssertError } from './hive-rpc.ts'

export type BroadcasterOptions = {
  /** Milliseconds after which a transaction that is in no block yet is sent again: the very same one, which hived takes once. */
  readonly repeatMs: number
}

export interface Broadcaster {
  /** Sends whatever is due now. Never rejects. */
  flush(): Promise<void>
}

/**
 * Sends signed transactions until the chain has decided about them. What an endpoint answers decides nothing:
 * a swallowed answer is sent again, a refusal is noted for the user, and only blocks confirm or outlive a transaction.
 */
export function createBroadcaster(
  {
    store,
    rpc,
    logger,
    now,
  }: {
    readonly store: OutboxStore
    readonly rpc: HiveRpc
    readonly logger: Logger
    readonly now: () => number
  },
  { repeatMs }: BroadcasterOptions,
): Broadcaster {
  const sentAt = new Map<TransactionId, number>()

  const isDue = ({ id }: OutboxEntry): boolean => now() >= (sentAt.get(id) ?? 0) + repeatMs

  const send = async ({ id, key, transaction }: OutboxEntry): Promise<void> => {
    sentAt.set(id, now())
    try {
      await rpc.send('condenser_api.broadcast_transaction', [transaction])
      logger.debug('transaction sent', { key, id })
    } catch (error) {
      if (isKnownAlready(error)) return
      if (error instanceof ChainAssertError) store.complain(id, error.message)
      logger.warn('transaction was not taken', { key, id }, error)
    }
  }

  return {
    flush: async () => {
      const signed = store.signed()
      const waiting = new Set(signed.map(({ id }) => id))
      for (const id of sentAt.keys()) if (!waiting.has(id)) sentAt.delete(id)
      for (const entry of signed.filter(isDue)) await send(entry)
    },
  }
}

/** The endpoint has it in its pool or in a block: the answer one gets for sending again. */
function isKnownAlready(error: unknown): boolean {
  return error instanceof ChainAssertError && /duplicate transaction/i.test(error.message)
}
