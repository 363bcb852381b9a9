import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import type { Logger } from '../logger.ts'
import { createAnswerReader } from './answer-reader.ts'
import type { HiveEndpoint } from './hive-endpoint.ts'
import { createHiveEndpoint } from './hive-endpoint.ts'

export const HiveRpcOptions = z.strictObject({
  /** JSON-RPC endpoints, the preferred one first. */
  urls: z.array(z.url()).min(1),
  /** The chain all of them must serve, in hex. */
  chainId: z.string().regex(/^[0-9a-f]{64}$/),
  /** Milliseconds an endpoint has for one answer. */
  timeoutMs: z.int().min(100).default(10_000),
  /** Largest answer that is read, in bytes. */
  answerLimit: z
    .int()
    .min(1_024)
    .default(64 * 1024 * 1024),
})
export type HiveRpcOptions = z.infer<typeof HiveRpcOptions>

export interface HiveRpc {
  readonly endpoints: readonly HiveEndpoint[]
  /**
   * Reads from the first endpoint that gives a usable answer, beginning with the one that gave the last. For what decides about
   * no money: a single endpoint may lie. Rejects with `chain-unavailable`, or `chain-foreign` when all serve another chain.
   */
  call<Result>(
    method: string,
    params: unknown,
    result: z.ZodType<Result>,
    signal?: AbortSignal,
  ): Promise<Result>
}

/** A JSON-RPC client with its own timeouts and a preferred endpoint that changes when it fails. */
export function createHiveRpc(
  { logger }: { readonly logger: Logger },
  { urls, ...options }: HiveRpcOptions,
): HiveRpc {
  const reader = createAnswerReader()
  const endpoints = urls.map((url) => createHiveEndpoint({ url, ...options }, reader))
  let preferred = 0
  return {
    endpoints,
    call: async (method, params, result, signal) => {
      const failures: EndpointFailure[] = []
      const order = [...endpoints.slice(preferred), ...endpoints.slice(0, preferred)]
      for (const endpoint of order) {
        try {
          const value = await endpoint.call(method, params, result, signal)
          preferred = endpoints.indexOf(endpoint)
          return value
        } catch (error) {
          signal?.throwIfAborted()
          failures.push({ url: endpoint.url, error })
          logger.debug('endpoint failed', { method, url: endpoint.url, reason: reason(error) })
        }
      }
      throw noEndpoint(method, failures)
    },
  }
}

/** Rejects with `chain-foreign` when every endpoint that answers serves another chain; one that cannot be reached may be right later. */
export async function refuseForeignChain(
  { endpoints }: HiveRpc,
  signal: AbortSignal,
): Promise<void> {
  const version = 'database_api.get_version'
  const results = await Promise.allSettled(
    endpoints.map((endpoint) => endpoint.call(version, {}, z.unknown(), signal)),
  )
  if (results.some(({ status }) => status === 'fulfilled')) return
  const foreign = results.find((result) => result.status === 'rejected' && isForeign(result.reason))
  if (foreign?.status === 'rejected') throw foreign.reason
}

export type EndpointFailure = { readonly url: string; readonly error: unknown }

/** What to say when no endpoint was of use. */
export function noEndpoint(wanted: string, failures: readonly EndpointFailure[]): MarketError {
  const told = failures.map(({ url, error }) => `${url}: ${reason(error)}`).join('; ')
  if (failures.length > 0 && failures.every(({ error }) => isForeign(error)))
    return new MarketError('chain-foreign', `Every Hive endpoint serves another chain: ${told}`)
  return new MarketError('chain-unavailable', `No Hive endpoint answered ${wanted}: ${told}`)
}

/** Waits between two polls without keeping the process alive; ends early, without an error, when stopped. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined)
}

function isForeign(error: unknown): boolean {
  return error instanceof MarketError && error.code === 'chain-foreign'
}

export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
