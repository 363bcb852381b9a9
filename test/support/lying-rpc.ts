import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type RpcCall = {
  readonly id: unknown
  readonly method: string
  readonly params: unknown
}

/** What goes back: JSON-RPC members, any body at all, a cut connection, or nothing until the caller gives up. */
export type RpcReply =
  | { readonly type: 'answer'; readonly members: object }
  | { readonly type: 'body'; readonly status?: number; readonly body: string }
  | { readonly type: 'cut' }
  | { readonly type: 'silence' }

/** What to say to a call; null says the truth. `forward` asks the honest endpoint and resolves to its JSON-RPC members. */
export type Lie = (
  call: RpcCall,
  forward: () => Promise<Record<string, unknown>>,
) => Promise<RpcReply | null> | RpcReply | null

export interface LyingRpc extends AsyncDisposable {
  readonly url: string
  /** Calls that came in, by method, in order. */
  readonly heard: readonly RpcCall[]
  /** Replaces what it says from now on; null is the truth. */
  lie(lie: Lie | null): void
}

export const answer = (result: unknown): RpcReply => ({ type: 'answer', members: { result } })

/** An error as hived gives it for a failed assertion. */
export const refuses = (message: string, name = 'assert_exception'): RpcReply => ({
  type: 'answer',
  members: { error: { code: -32003, message, data: { code: 10, name, message, stack: [] } } },
})

/** A server between a client and an honest endpoint that says what it likes. */
export async function aLyingRpc(honest: string): Promise<LyingRpc> {
  let lie: Lie | null = null
  const heard: RpcCall[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const call = JSON.parse(Buffer.concat(chunks).toString()) as RpcCall
    heard.push(call)
    const forward = () => ask(honest, call)
    const reply = (await lie?.(call, forward)) ?? {
      type: 'answer' as const,
      members: await forward(),
    }
    send(response, call, reply)
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    lie: (replacement) => {
      lie = replacement
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => {
        server.close(closed)
      })
    },
  }
}

async function ask(url: string, call: RpcCall): Promise<Record<string, unknown>> {
  const body = JSON.stringify({ jsonrpc: '2.0', ...call })
  const response = await fetch(url, { method: 'POST', body })
  const {
    id: _id,
    jsonrpc: _version,
    ...members
  } = (await response.json()) as Record<string, unknown>
  return members
}

function send(response: ServerResponse, { id }: RpcCall, reply: RpcReply): void {
  switch (reply.type) {
    case 'answer':
      response.end(JSON.stringify({ jsonrpc: '2.0', id, ...reply.members }))
      break
    case 'body':
      response.writeHead(reply.status ?? 200).end(reply.body)
      break
    case 'cut':
      response.destroy()
      break
    case 'silence':
      break
  }
}
