import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import type { Logger } from '../logger.ts'

export const HiveRpcOptions = z.strictObject({
  /** JSON-RPC endpoints, the preferred one first. */
  urls: z.array(z.url()).min(1),
  /** Milliseconds an endpoint has for one answer. */
  timeoutMs: z.int().min(100).default(10_000),
  /** Largest answer that is read, in bytes. */
  answerLimit: z
    .int()
    .min(1_024)
    .default(64 * 1024 * 1024),
})
export type HiveRpcOptions = z.infer<typeof HiveRpcOptions>

/** An endpoint answered, and its answer is an error of the chain's: another endpoint would say the same. */
export class ChainAssertError extends Error {
  override readonly name = 'ChainAssertError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface HiveRpc {
  /**
   * Calls a method and parses its result. Reading is tried on every endpoint in turn.
   * Rejects with a ChainAssertError when the chain refuses, with `chain-unavailable` when no endpoint gives a usable answer.
   */
  call<Result>(
    method: string,
    params: unknown,
    result: z.ZodType<Result>,
    signal?: AbortSignal,
  ): Promise<Result>
  /** Sends to one endpoint once, and says nothing about whether it arrived when it fails: the caller must find out by other means. */
  send(method: string, params: unknown, signal?: AbortSignal): Promise<void>
  /** Prefers another endpoint from now on: this one contradicts itself or hived's rules. */
  distrust(): void
}

const Answer = z.union([
  z.object({ id: z.unknown(), result: z.unknown() }),
  z.object({
    id: z.unknown(),
    error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }),
  }),
])

/** hived gives every failed assertion this code; ours to report, not to retry. */
const assertCodes: ReadonlySet<number> = new Set([-32000, -32003, 10])

/** A JSON-RPC client with its own timeouts and a preferred endpoint that changes when it fails. */
export function createHiveRpc(
  { logger }: { readonly logger: Logger },
  { urls, timeoutMs, answerLimit }: HiveRpcOptions,
): HiveRpc {
  let preferred = 0
  const prefer = (index: number): void => {
    preferred = index % urls.length
  }

  const request = async (
    index: number,
    method: string,
    params: unknown,
    signal?: AbortSignal,
  ): Promise<unknown> => {
    const url = urls[index % urls.length]
    if (!url) throw new MarketError('chain-unavailable', 'No RPC endpoint is configured.')
    const timeout = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      redirect: 'error',
    })
    return readResult(await readText(response, answerLimit))
  }

  return {
    call: async (method, params, result, signal) => {
      const failures: string[] = []
      for (let turn = 0; turn < urls.length; turn += 1) {
        const index = preferred + turn
        try {
          const value = result.parse(await request(index, method, params, signal))
          prefer(index)
          return value
        } catch (error) {
          signal?.throwIfAborted()
          if (error instanceof ChainAssertError) throw error
          failures.push(`${urls[index % urls.length]}: ${reason(error)}`)
          logger.debug('endpoint failed', {
            method,
            url: urls[index % urls.length] ?? '',
            reason: reason(error),
          })
        }
      }
      throw new MarketError(
        'chain-unavailable',
        `No Hive endpoint answered ${method}: ${failures.join('; ')}`,
      )
    },
    send: async (method, params, signal) => {
      try {
        await request(preferred, method, params, signal)
      } catch (error) {
        if (!(error instanceof ChainAssertError)) prefer(preferred + 1)
        throw error
      }
    },
    distrust: () => prefer(preferred + 1),
  }
}

/** Waits between two polls without keeping the process alive; ends early, without an error, when stopped. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined)
}

async function readText(response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > limit) throw new Error(`the answer is larger than ${limit} bytes`)
    chunks.push(chunk)
  }
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return Buffer.concat(chunks).toString('utf8')
}

function readResult(text: string): unknown {
  const answer = Answer.parse(JSON.parse(text))
  if (!('error' in answer)) return answer.result
  const { code, message } = answer.error
  if (assertCodes.has(code)) throw new ChainAssertError(code, message)
  throw new Error(`error ${code}: ${message}`)
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
