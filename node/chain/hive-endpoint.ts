import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import { sha256 } from '../sha256.ts'
import type { AnswerReader } from './answer-reader.ts'
import { ChainAssertError, createAnswerReader } from './answer-reader.ts'

export type HiveEndpointOptions = {
  readonly url: string
  readonly chainId: string
  /** Milliseconds the endpoint has for one answer, its last byte included. */
  readonly timeoutMs: number
  /** Largest answer that is read, in bytes. */
  readonly answerLimit: number
}

/** One JSON-RPC server of a Hive chain. It is asked nothing before it has proved that it serves the chain that is meant. */
export interface HiveEndpoint {
  readonly url: string
  /**
   * Calls a method and parses its result. Rejects with a ChainAssertError when the endpoint refuses, with `chain-foreign`
   * when it serves another chain, and with whatever went wrong when there is no usable answer in time.
   */
  call<Result>(
    method: string,
    params: unknown,
    result: z.ZodType<Result>,
    signal?: AbortSignal,
  ): Promise<Result>
}

/** The server answered with an HTTP error, and perhaps with how long it wants to be left alone. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError'
  readonly status: number
  /** Milliseconds; null where the server did not say. */
  readonly retryAfterMs: number | null

  constructor({ status, headers }: Response) {
    super(`HTTP ${status}`)
    this.status = status
    this.retryAfterMs = parseRetryAfter(headers.get('retry-after'))
  }
}

/** An hour: a server that names more is asked all the same. */
const longestRetryMs = 3_600_000

/** Seconds, as servers of this kind give them; the other form of HTTP, a date, says nothing to us. */
function parseRetryAfter(text: string | null): number | null {
  if (text === null || !/^\d{1,9}$/.test(text)) return null
  return Math.min(1_000 * Number(text), longestRetryMs)
}

const Version = z.object({ chain_id: z.string() })

/** `reader` is one for all endpoints that are asked the same. */
export function createHiveEndpoint(
  options: HiveEndpointOptions,
  reader: AnswerReader = createAnswerReader(),
): HiveEndpoint {
  const { url, chainId } = options
  const request = async <Result>(
    method: string,
    params: unknown,
    result: z.ZodType<Result>,
    signal?: AbortSignal,
  ): Promise<Result> => {
    const id = questionId(method, params)
    const { text, response } = await exchange(
      options,
      { jsonrpc: '2.0', id, method, params },
      signal,
    )
    if (!response.ok) throw refusalIn(reader, text, id) ?? new HttpStatusError(response)
    return reader.read(text, id, result)
  }

  let proof: Promise<void> | null = null
  const proveChain = async (): Promise<void> => {
    const version = await request('database_api.get_version', {}, Version)
    if (version.chain_id === chainId) return
    throw new MarketError(
      'chain-foreign',
      `${url} serves the chain ${version.chain_id.slice(0, 16)}…, not ${chainId.slice(0, 16)}….`,
    )
  }

  /** Without the caller's signal, because several callers may wait for it. A failed call undoes it: something else may answer next time. */
  const proven = async (): Promise<void> => {
    proof ??= proveChain()
    await proof
  }

  return {
    url,
    call: async (method, params, result, signal) => {
      try {
        await proven()
        signal?.throwIfAborted()
        return await request(method, params, result, signal)
      } catch (error) {
        if (!(error instanceof ChainAssertError)) proof = null
        throw error
      }
    },
  }
}

type Request = {
  readonly jsonrpc: '2.0'
  readonly id: number
  readonly method: string
  readonly params: unknown
}

/** The same for the same question, so that endpoints that say the same say it in the same bytes. */
function questionId(method: string, params: unknown): number {
  const hash = bytesToHex(sha256(utf8(JSON.stringify([method, params]))))
  return Number.parseInt(hash.slice(0, 12), 16)
}

async function exchange(
  { url, timeoutMs, answerLimit }: HiveEndpointOptions,
  request: Request,
  signal?: AbortSignal,
): Promise<{ readonly text: string; readonly response: Response }> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    redirect: 'error',
  })
  return { text: await readText(response, answerLimit), response }
}

/** hived's own refusal where a proxy has put it under an HTTP error; null for anything else. */
function refusalIn({ read }: AnswerReader, text: string, id: number): ChainAssertError | null {
  try {
    read(text, id, z.unknown())
  } catch (error) {
    if (error instanceof ChainAssertError) return error
  }
  return null
}

async function readText(response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > limit) throw new Error(`the answer is larger than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
