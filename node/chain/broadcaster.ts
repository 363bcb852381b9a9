import { z } from 'zod'
import type { OutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import type { TransactionId } from '#protocol/ids.ts'
import type { Logger } from '../logger.ts'
import { ChainAssertError } from './answer-reader.ts'
import type { HiveEndpoint } from './hive-endpoint.ts'
import { reason } from './hive-rpc.ts'

export type BroadcasterOptions = {
  /** Milliseconds after which a transaction that is in no block yet is sent again: the very same one, which hived takes once. */
  readonly repeatMs: number
}

/** Disposing ends what is still under way and waits for it. */
export interface Broadcaster extends AsyncDisposable {
  /** Sends whatever is due now; resolves when every endpoint has answered or failed, which nobody need wait for. Never rejects. */
  flush(): Promise<void>
}

/** What an endpoint made of a transaction. `unheard`: nothing was said about the transaction itself. */
type Reception =
  | { readonly type: 'taken' }
  | { readonly type: 'refused'; readonly complaint: string }
  | { readonly type: 'unheard' }

/**
 * Sends signed transactions to every endpoint until the chain has decided about them: an endpoint that keeps silent, or keeps what
 * it gets, holds nothing back. What they answer decides nothing: a swallowed answer is sent again, a refusal is noted
 * for the user while nobody has taken the transaction, and only blocks confirm or outlive it.
 */
export function createBroadcaster(
  {
    store,
    endpoints,
    logger,
    now,
  }: {
    readonly store: OutboxStore
    readonly endpoints: readonly HiveEndpoint[]
    readonly logger: Logger
    readonly now: () => number
  },
  { repeatMs }: BroadcasterOptions,
): Broadcaster {
  const stopping = new AbortController()
  const sentAt = new Map<TransactionId, number>()
  /** `transaction url` of what waits for an answer: a slow endpoint gets nothing twice at a time. */
  const underWay = new Set<string>()
  const flushes = new Set<Promise<void>>()

  const isDue = ({ id }: OutboxEntry): boolean => now() >= (sentAt.get(id) ?? 0) + repeatMs

  const sendTo = async (entry: OutboxEntry, endpoint: HiveEndpoint): Promise<Reception> => {
    const route = `${entry.id} ${endpoint.url}`
    if (underWay.has(route)) return { type: 'unheard' }
    underWay.add(route)
    try {
      await broadcast(endpoint, entry, stopping.signal)
      return { type: 'taken' }
    } catch (error) {
      const { key, id } = entry
      const reception = receptionOf(error)
      if (reception.type !== 'taken' && !stopping.signal.aborted)
        logger.warn('transaction was not taken', { key, id, url: endpoint.url }, error)
      return reception
    } finally {
      underWay.delete(route)
    }
  }

  const send = async (entry: OutboxEntry): Promise<void> => {
    sentAt.set(entry.id, now())
    const receptions = await Promise.all(endpoints.map((endpoint) => sendTo(entry, endpoint)))
    if (stopping.signal.aborted) return
    const refusal = receptions.find(({ type }) => type === 'refused')
    if (receptions.some(({ type }) => type === 'taken')) store.complain(entry.id, null)
    else if (refusal?.type === 'refused') store.complain(entry.id, refusal.complaint)
  }

  const flush = async (): Promise<void> => {
    const signed = store.signed()
    const waiting = new Set(signed.map(({ id }) => id))
    for (const id of sentAt.keys()) if (!waiting.has(id)) sentAt.delete(id)
    await Promise.all(signed.filter(isDue).map(send))
  }

  return {
    flush: async () => {
      const flushed = flush().catch((error: unknown) =>
        logger.error('outbox not sent', { reason: reason(error) }, error),
      )
      flushes.add(flushed)
      await flushed
      flushes.delete(flushed)
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      await Promise.all(flushes)
    },
  }
}

async function broadcast(
  endpoint: HiveEndpoint,
  { transaction }: OutboxEntry,
  signal: AbortSignal,
): Promise<void> {
  await endpoint.call('condenser_api.broadcast_transaction', [transaction], z.unknown(), signal)
}

/**
 * Exceptions that say nothing against a transaction: the endpoint's head is ahead of its expiration, or behind the block
 * it refers to, or the endpoint itself failed.
 */
const passing: ReadonlySet<string | null> = new Set([
  null,
  'transaction_expiration_exception',
  'transaction_tapos_exception',
  'std::out_of_range',
  'std::exception',
  'unspecified',
  'timeout_exception',
])

function receptionOf(error: unknown): Reception {
  if (!(error instanceof ChainAssertError)) return { type: 'unheard' }
  // In its pool or in a block: the answer one gets for sending again.
  if (/duplicate transaction/i.test(error.message)) return { type: 'taken' }
  if (passing.has(error.exception)) return { type: 'unheard' }
  return { type: 'refused', complaint: error.message }
}
