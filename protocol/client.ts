import { z } from 'zod'
import type { Route } from './route.ts'

/** What a server is reached by. */
export type ClientOptions = {
  /** `http://127.0.0.1:3002`, without a slash at its end; empty for the page's own server. */
  readonly url: string
  /** Headers of every request, asked for anew each time: a session's token may come and go. */
  readonly headers?: () => Readonly<Record<string, string>>
  readonly fetch?: typeof fetch
}

type CallOptions = { readonly signal?: AbortSignal }

/** A call that did not come to its reply. `code` is the server's, or `unreachable`, `unintelligible`. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly code: string
  /** As HTTP has it; 0 where nothing was answered. */
  readonly status: number
  /** As the server asks, for one that may be repeated; null where it does not say. */
  readonly retryAfterSeconds: number | null

  constructor(
    message: string,
    facts: {
      readonly code: string
      readonly status: number
      readonly retryAfterSeconds?: number | null
    },
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = facts.code
    this.status = facts.status
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null
  }
}

/** Members that a schema may do without, such as those with a default, may be left out. */
type Sent<S extends z.ZodType> =
  z.input<S> extends object
    ? {
        readonly [K in RequiredKeys<z.input<S>> & keyof z.output<S>]: z.output<S>[K]
      } & {
        readonly [K in Exclude<keyof z.output<S>, RequiredKeys<z.input<S>>>]?: z.output<S>[K]
      }
    : z.output<S>

type RequiredKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T]

/** A part of a request that says nothing may be left out. */
type Part<Name extends string, S extends z.ZodType> =
  undefined extends z.input<S>
    ? { readonly [N in Name]?: Sent<S> }
    : Record<never, never> extends Sent<S>
      ? { readonly [N in Name]?: Sent<S> }
      : { readonly [N in Name]: Sent<S> }

/** What a route is called with, in the forms that memory has. */
export type RequestOf<R> =
  R extends Route<infer Params, infer Body, z.ZodType, infer Query>
    ? Part<'params', Params> & Part<'body', Body> & Part<'query', Query>
    : never

/** What a route answers with, in the forms that memory has. */
export type ReplyOf<R> =
  R extends Route<z.ZodType, z.ZodType, infer Reply, z.ZodType> ? z.output<Reply> : never

/** Calls any route: what goes out is encoded by its schemas, what comes in is parsed by them. Rejects with a {@link CallError}. */
export type Client = <R extends Route>(
  route: R,
  request: RequestOf<R>,
  options?: CallOptions,
) => Promise<ReplyOf<R>>

export function createClient(options: ClientOptions): Client {
  return async (route, request, { signal } = {}) => {
    const { params = {}, query = {}, body } = request as LooseRequest
    const path = filledPath(route.path, encodeMembers(route.params, params))
    const asked = route.query ? queryText(encodeMembers(route.query, query)) : ''
    const sent: SentBody = body === undefined ? { headers: {} } : bodyOf(route.body, body)
    const response = await answerOf(options, path + asked, {
      method: route.method,
      headers: { ...options.headers?.(), ...sent.headers },
      ...(sent.body === undefined ? {} : { body: sent.body }),
      ...(signal ? { signal } : {}),
    })
    if (!response.ok) throw await refusalOf(response)
    return (await replyOf(response, route.reply)) as never
  }
}

/** A request as every route has it; the types of {@link RequestOf} are for callers. */
type LooseRequest = {
  readonly params?: unknown
  readonly query?: unknown
  readonly body?: unknown
}

type SentBody = {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

/** Bytes go out as they are, everything else as JSON. */
function bodyOf(schema: z.ZodType, body: unknown): SentBody {
  if (body instanceof Uint8Array)
    return {
      headers: { 'content-type': 'application/octet-stream' },
      body: body as Uint8Array<ArrayBuffer>,
    }
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(encodeMembers(schema, body)),
  }
}

/** Encodes what is there of an object, so that the server's defaults stand in for the rest. */
function encodeMembers(schema: z.ZodType, value: unknown): unknown {
  if (!(schema instanceof z.ZodObject)) return z.encode(schema, value)
  const entries = Object.entries(value as Readonly<Record<string, unknown>>)
  return Object.fromEntries(
    entries
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => {
        const known = schema.shape[name] as z.ZodType | undefined
        return [name, known ? z.encode(known, member) : member]
      }),
  )
}

function filledPath(pattern: string, params: unknown): string {
  const values = params as Readonly<Record<string, unknown>>
  return pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values[name])))
}

function queryText(query: unknown): string {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(query as Readonly<Record<string, unknown>>))
    text.set(name, String(value))
  return text.size === 0 ? '' : `?${text}`
}

async function answerOf(
  { url, fetch: ask = fetch }: ClientOptions,
  path: string,
  init: RequestInit,
): Promise<Response> {
  try {
    return await ask(url + path, init)
  } catch (cause) {
    if (init.signal?.aborted) throw init.signal.reason
    throw unreachable(cause)
  }
}

function unreachable(cause: unknown): CallError {
  const facts = { code: 'unreachable', status: 0 }
  return new CallError('The server cannot be reached.', facts, { cause })
}

async function replyOf<S extends z.ZodType>(response: Response, schema: S): Promise<z.output<S>> {
  const text = await response.text()
  const parsed = schema.safeParse(text === '' ? undefined : jsonOf(text))
  if (parsed.success) return parsed.data
  const facts = { code: 'unintelligible', status: response.status }
  throw new CallError(`The server's answer is not understood: ${parsed.error.message}`, facts)
}

/** An indexer's problem (RFC 9457), or the shorter form of a node. */
const Problem = z.object({
  code: z.string(),
  detail: z.string().optional(),
  message: z.string().optional(),
})

async function refusalOf(response: Response): Promise<CallError> {
  const problem = Problem.safeParse(jsonOf(await response.text().catch(() => '')))
  const { code = `http-${response.status}`, detail, message } = problem.data ?? {}
  const wait = Number.parseInt(response.headers.get('retry-after') ?? '', 10)
  return new CallError(detail ?? message ?? `The server answers ${response.status}.`, {
    ...{ code, status: response.status },
    retryAfterSeconds: Number.isNaN(wait) ? null : wait,
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
