import { z } from 'zod'
import type { Logger } from '../../logger.ts'
import { HiveError } from '../hive/hive-error.ts'
import type { Api, Method } from './method.ts'
import type { RpcError } from './rpc-error.ts'
import { plainError, printHiveError } from './rpc-error.ts'

type Outcome = { readonly result: unknown } | { readonly error: RpcError }

export type RpcResponse = Outcome & {
  readonly jsonrpc: '2.0'
  readonly id: string | number | null
}

/** A call that is understood but not yet carried out. */
type PreparedCall = {
  /** `api.method`, or '' where the request made no sense. */
  readonly method: string
  run(): RpcResponse
  /** Answers without carrying it out. */
  fail(error: RpcError): RpcResponse
}

/** All APIs of a node, by name. */
export type Apis = Readonly<Record<string, Api>>

export type DispatcherDeps = { readonly apis: Apis; readonly logger: Logger }

const RpcId = z.union([z.int(), z.string()])
const RpcRequest = z.object({
  jsonrpc: z.literal('2.0'),
  method: z.string(),
  id: RpcId.optional(),
  params: z.unknown().optional(),
})
const OldCall = z.tuple([z.string(), z.string()]).rest(z.unknown())

/** Reads JSON-RPC requests, in the form `api.method` or the old `call`. */
export interface Dispatcher {
  /** Never throws, and neither does what it results in. */
  prepare(request: unknown): PreparedCall
}

export function createDispatcher({ apis, logger }: DispatcherDeps): Dispatcher {
  const carryOut = (method: string, params: unknown): Outcome => {
    const found = findMethod(method, apis)
    if ('error' in found) return found
    try {
      return { result: found.answer(params) }
    } catch (error) {
      if (error instanceof HiveError) return { error: printHiveError(error) }
      logger.error('method failed unexpectedly', { method }, error)
      return { error: plainError('server', 'Unknown exception') }
    }
  }
  return {
    prepare: (request) => {
      const id = idOf(request)
      const respond = (outcome: Outcome): RpcResponse => ({ jsonrpc: '2.0', ...outcome, id })
      const fail = (error: RpcError): RpcResponse => respond({ error })
      const parsed = RpcRequest.safeParse(request)
      if (!parsed.success) return { method: '', fail, run: () => fail(explain(parsed.error)) }
      const { method, params } = target(parsed.data)
      return { method, fail, run: () => respond(carryOut(method, params)) }
    },
  }
}

/** Echoed even where the rest of a request makes no sense. */
function idOf(request: unknown): RpcResponse['id'] {
  return z.object({ id: RpcId }).safeParse(request).data?.id ?? null
}

function explain(error: z.ZodError): RpcError {
  const [issue] = error.issues
  const member = issue?.path[0]
  if (member === undefined) return plainError('parse', 'a request must be an object')
  return plainError('invalid-request', `member "${String(member)}": ${issue?.message}`)
}

/** What a request asks for: `{"method":"call","params":[api, method, params]}` is the same as `api.method`. */
function target({ method, params }: z.infer<typeof RpcRequest>): {
  readonly method: string
  readonly params: unknown
} {
  const old = method === 'call' ? OldCall.safeParse(params) : null
  if (!old?.success) return { method, params: params ?? {} }
  const [api, name, rest] = old.data
  return { method: `${api}.${name}`, params: rest ?? {} }
}

/** hived has a code of its own for what it does not know. */
function findMethod(
  method: string,
  apis: Apis,
): { readonly answer: Method } | { readonly error: RpcError } {
  const unknown = (format: string, data = {}) => ({
    error: printHiveError(new HiveError('assert', format, data), 'unknown-method'),
  })
  const [api = '', name = '', ...rest] = method.split('.')
  if (name === '' || rest.length > 0)
    return unknown('method specification invalid. Should be api.method')
  const methods = own(apis, api)
  if (methods === undefined) return unknown('Could not find API {api}', { api })
  const answer = own(methods, name)
  if (answer === undefined) return unknown('Could not find method {method}', { method: name })
  return { answer }
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
