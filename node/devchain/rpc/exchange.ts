import { isUtf8 } from 'node:buffer'
import { setTimeout as wait } from 'node:timers/promises'
import type { FaultInjector } from '../faults/fault-injector.ts'
import type { Failure } from '../faults/faults.ts'
import { HiveError } from '../hive/hive-error.ts'
import type { Dispatcher, RpcResponse } from './dispatcher.ts'
import type { RpcError } from './rpc-error.ts'
import { injectedError, plainError, printHiveError } from './rpc-error.ts'

/** What goes back over HTTP for one POST. */
export type Reply =
  | { readonly type: 'json'; readonly body: unknown }
  | { readonly type: 'failure'; readonly as: Exclude<Failure, 'rpc'> }
  /** The connection ends without an answer. */
  | { readonly type: 'cut' }

/** Answers the body of one POST: a request, or a batch of them in order. Rejects only when the signal aborts. */
export type Exchange = (body: Buffer, signal: AbortSignal) => Promise<Reply>

export type ExchangeDeps = { readonly dispatcher: Dispatcher; readonly faults: FaultInjector }

type CallReply =
  | { readonly type: 'response'; readonly response: RpcResponse }
  | Exclude<Reply, { type: 'json' }>

export function createExchange({ dispatcher, faults }: ExchangeDeps): Exchange {
  const answerCall = async (request: unknown, signal: AbortSignal): Promise<CallReply> => {
    const call = dispatcher.prepare(request)
    const { delayMs, failure, isCut } = faults.strike(call.method)
    if (delayMs > 0) await wait(delayMs, undefined, { signal })
    if (failure === 'rpc') return respond(call.fail(injectedError()))
    if (failure === 'refused') return respond(call.fail(printHiveError(refusal())))
    if (failure !== null) return { type: 'failure', as: failure }
    const response = call.run()
    return isCut ? { type: 'cut' } : respond(response)
  }
  const answerBatch = async (requests: readonly unknown[], signal: AbortSignal): Promise<Reply> => {
    const responses: RpcResponse[] = []
    for (const request of requests) {
      const reply = await answerCall(request, signal)
      if (reply.type !== 'response') return reply
      responses.push(reply.response)
    }
    return { type: 'json', body: responses }
  }
  return async (body, signal) => {
    if (!isUtf8(body)) return failed(printHiveError(notUtf8(), 'server'))
    const json = parseJson(body.toString())
    if (json === undefined) return failed(plainError('parse', 'the request is not JSON'))
    if (!Array.isArray(json)) return toReply(await answerCall(json, signal))
    if (json.length === 0) return failed(plainError('server', 'Array is invalid'))
    return answerBatch(json, signal)
  }
}

function respond(response: RpcResponse): CallReply {
  return { type: 'response', response }
}

function toReply(reply: CallReply): Reply {
  return reply.type === 'response' ? { type: 'json', body: reply.response } : reply
}

function failed(error: RpcError): Reply {
  return { type: 'json', body: { jsonrpc: '2.0', error, id: null } }
}

/** JSON has no undefined, so that stands for text that is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function notUtf8(): HiveError {
  return new HiveError('assert', 'String is not valid UTF8.')
}

function refusal(): HiveError {
  return new HiveError('assert', 'Injected fault: this node refuses broadcasts.')
}
