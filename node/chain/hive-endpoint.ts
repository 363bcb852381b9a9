import { z } from 'zod'
import { MarketError } from '#market/errors.ts'

export type HiveEndpointOptions = {
  readonly url: string
  readonly chainId: string
  /** Milliseconds the endpoint has for one answer, its last byte included. */
  readonly timeoutMs: number
  /** Largest answer that is read, in bytes. */
  readonly answerLimit: number
}

/** The endpoint answered with an error of hived's. Another endpoint need not say the same: this one may lie, lag or be out of order. */
export class ChainAssertError extends Error {
  override readonly name = 'ChainAssertError'
  /** hived's name of the exception, such as `transaction_expiration_exception`; null where the answer has none. */
  readonly exception: string | null

  constructor(message: string, exception: string | null) {
    super(message)
    this.exception = exception
  }
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

const Answer = z.union([
  z.object({ id: z.unknown(), result: z.unknown() }),
  z.object({
    // A proxy that fails before it has read the request has no id to give back.
    id: z.unknown().optional(),
    error: z.object({
      code: z.number(),
      message: z.string(),
      data: z.object({ name: z.string().optional() }).optional().catch(undefined),
    }),
  }),
])

const Version = z.object({ chain_id: z.string() })

/** hived gives every failed assertion one of these codes. */
const assertCodes: ReadonlySet<number> = new Set([-32000, -32003, 10])

export function createHiveEndpoint(options: HiveEndpointOptions): HiveEndpoint {
  const { url, chainId } = options
  let requests = 0
  const request = (method: string, params: unknown, signal?: AbortSignal): Promise<unknown> => {
    requests += 1
    return exchange(options, { jsonrpc: '2.0', id: requests, method, params }, signal)
  }

  let proof: Promise<void> | null = null
  const proveChain = async (): Promise<void> => {
    const version = Version.parse(await request('database_api.get_version', {}))
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
        return result.parse(await request(method, params, signal))
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

async function exchange(
  { url, timeoutMs, answerLimit }: HiveEndpointOptions,
  request: Request,
  signal?: AbortSignal,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    redirect: 'error',
  })
  const text = await readText(response, answerLimit)
  if (!response.ok) throw refusalIn(text, request.id) ?? new HttpStatusError(response)
  return readResult(text, request.id)
}

/** hived's own refusal where a proxy has put it under an HTTP error; null for anything else. */
function refusalIn(text: string, id: number): ChainAssertError | null {
  try {
    readResult(text, id)
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

function readResult(text: string, id: number): unknown {
  const answer = Answer.parse(parseJson(text))
  if ('error' in answer) {
    const { code, message, data } = answer.error
    if (assertCodes.has(code)) throw new ChainAssertError(message, data?.name ?? null)
    throw new Error(`error ${code}: ${message}`)
  }
  if (answer.id !== id) throw new Error('the answer is to another request')
  return answer.result
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error('the answer is not JSON', { cause })
  }
}
