import type { HiveException } from '../hive/hive-error.ts'
import { HiveError, hivedFormat, hiveExceptions } from '../hive/hive-error.ts'

/** hived's codes (`json_rpc_plugin.hpp`). */
const rpcCodes = {
  parse: -32700,
  'invalid-request': -32600,
  'unknown-method': -32002,
  'during-call': -32003,
  server: -32000,
} as const
export type RpcCode = keyof typeof rpcCodes

export type RpcError = {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** Exceptions that hived does not derive from its assert answer with the general code. */
const general: readonly HiveException[] = ['parse', 'bad-cast', 'unknown-key']

/** A refusal as clients of hived expect it. dhive reads `data.stack[0]`, and breaks where its `data` is missing. */
export function printHiveError(error: HiveError, code?: RpcCode): RpcError {
  const { code: number, name, what } = hiveExceptions[error.exception]
  return {
    code: rpcCodes[code ?? (general.includes(error.exception) ? 'server' : 'during-call')],
    message: error.message,
    data: {
      code: number,
      name,
      message: what,
      stack: [{ context: context(), format: hivedFormat(error.format), data: error.data }],
      extension: error.expression === '' ? {} : { assertion_expression: error.expression },
    },
  }
}

export function plainError(code: RpcCode, message: string): RpcError {
  return { code: rpcCodes[code], message }
}

/** An error as of a node that fails inside, for faults. */
export function injectedError(): RpcError {
  return printHiveError(
    new HiveError('unknown-key', 'Injected fault: the node failed inside.'),
    'server',
  )
}

function context() {
  return { level: 'error', file: 'devchain', line: 0, method: '', hostname: '', thread_name: '' }
}
