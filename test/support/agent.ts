import { request } from 'node:http'
import path from 'node:path'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { Agent, AgentConfig, AgentDeps, AgentOptions } from '#node/agent/agent.ts'
import { startAgent } from '#node/agent/agent.ts'
import { createLogTail } from '#node/agent/log-tail.ts'
import { createPostingAuthority } from '#node/chain/posting-authority.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import { openBlockStore } from '#node/ipfs/block-store.ts'
import type { JobPipeline } from '#node/processing/job-pipeline.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { alice, peerId } from './builders.ts'
import { makeFolder } from './ffmpeg.ts'
import { aLocalSigner } from './local-signer.ts'
import { loneContent } from './lone-content.ts'
import { silent } from './peers.ts'

export const pageOrigin = 'https://pages.example'
export const ownerToken = 'ab'.repeat(32)

/** Agents do here in moments what they do in seconds. */
export const quickDesk = {
  ...{ pollMs: 20, beatMs: 200, renewMs: 200, reportMs: 10, silenceMs: 60_000 },
} satisfies AgentOptions['desk']

export type TestAgent = AsyncDisposable & {
  readonly agent: Agent
  readonly url: string
  ask(method: string, path: string, question?: Question): Promise<Reply>
  /** Pairs a page, as its owner would; resolves to its token. */
  pair(origin?: string): Promise<string>
}

type Question = {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly token?: string
  readonly origin?: string
}

export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** What the text says; undefined where it is no JSON. */
  readonly json: unknown
}

/** Work that never ends by itself, for agents of which something else is asked. */
export const endlessPipeline: JobPipeline = {
  run: (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    }),
  release: async () => undefined,
}

/** Alice's agent, with everything but encoding and peers real. */
export async function anAgent({
  config = {},
  options = {},
  deps = {},
}: {
  readonly config?: Partial<AgentConfig>
  readonly options?: Partial<AgentOptions>
  readonly deps?: Partial<AgentDeps>
} = {}): Promise<TestAgent> {
  await using starting = new AsyncDisposableStack()
  const data = await makeFolder()
  const { database } = starting.use(openDatabase(path.join(data, 'node.sqlite')))
  const blocks = await openBlockStore(path.join(data, 'blocks'))
  const tail = createLogTail(silent, Date.now)
  const agent = starting.use(
    await startAgent(
      {
        ...{ account: alice, database, blocks, content: loneContent(blocks) },
        pipeline: endlessPipeline,
        engine: {} as EncodingEngine,
        hwAccel: 'none',
        signer: aLocalSigner('alice'),
        authority: createPostingAuthority({
          accounts: { isAuthorised: async (...who) => isKeyOf(...who) },
        }),
        peerStreams: { open: () => Promise.reject(new Error('there is nobody')) },
        ...{ connected: () => [], gateways: () => [] },
        ...{ peer: peerId('alice'), clock: { now: Date.now }, tail, logger: tail.logger },
        ...deps,
      },
      { port: 0, origins: [pageOrigin], indexer: null, version: '1.2.3', ...config },
      { data, ownerToken, desk: quickDesk, ...options },
    ),
  )
  const url = agent.url ?? ''
  const ask: TestAgent['ask'] = (method, where, question) => askAgent(url, method, where, question)
  const stack = starting.move()
  return {
    ...{ agent, url, ask },
    pair: async (origin = pageOrigin) => {
      const { json } = await ask('POST', '/pairing', { origin })
      const { code, ticket } = json as { code: string; ticket: string }
      await ask('POST', `/owner/pairings/${code}`, { token: ownerToken, body: { allow: true } })
      const answer = await ask('POST', '/pairing/answer', { origin, body: { ticket } })
      return (answer.json as { token: string }).token
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Asks with whatever headers, those included that no page could choose. */
function askAgent(
  url: string,
  method: string,
  where: string,
  { headers = {}, body, token, origin }: Question = {},
): Promise<Reply> {
  const { hostname, port } = new URL(url)
  const sent = body === undefined ? '' : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ hostname, port, method, path: where },
        headers: {
          ...(sent !== '' && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(origin !== undefined && { origin }),
          ...headers,
        },
      },
      (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('end', () => {
          const text = Buffer.concat(pieces).toString()
          const { statusCode: status = 0, headers: told } = response
          resolve({ status, headers: told, text, json: jsonOf(text) })
        })
      },
    )
    asked.on('error', reject)
    asked.end(sent)
  })
}

function isKeyOf(account: HiveAccount, role: 'posting' | 'active', keys: readonly string[]) {
  return keys.includes(devchainKey(account, role).createPublic().toString())
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
