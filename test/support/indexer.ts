import { createHash } from 'node:crypto'
import { Client } from 'pg'
import { z } from 'zod'
import { usualRateLimits } from '#market/api/rate-limits.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import { startIndexer } from '#node/indexer.ts'
import type { IndexerConfig } from '#node/indexer-config.ts'
import { networks } from '#node/networks.ts'
import type { TestDevchain, TestDevchainOptions } from './devchain.ts'
import { aDevchain } from './devchain.ts'
import { makeFolder, searchPath, untroubled } from './ffmpeg.ts'
import { silent } from './peers.ts'
import { emptyDatabase } from './postgres.ts'

type Answer = {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}

export type TestIndexer = AsyncDisposable & {
  readonly url: string
  readonly devchain: TestDevchain
  /** Calls a path with JSON, as whoever the token is of. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** Signs in with the account's posting key, as a wallet would; resolves to the token. */
  signIn(account: string): Promise<string>
  /** Asks its database, or changes it as only time would. */
  query(text: string): Promise<readonly unknown[]>
}

type CallOptions = {
  readonly token?: string | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What a wallet makes of a text (Keychain's `requestSignBuffer`). */
export function signedText(text: string, account: string, role: 'posting' | 'active' = 'posting') {
  return devchainKey(account, role).sign(createHash('sha256').update(text).digest()).toString()
}

/** An indexer of a development chain of its own, over an empty database on a real server. */
export async function anIndexer(
  overrides: Partial<IndexerConfig> = {},
  chain: TestDevchainOptions = {},
): Promise<TestIndexer> {
  await using starting = new AsyncDisposableStack()
  const devchain = await aDevchain(chain)
  starting.defer(() => devchain[Symbol.asyncDispose]())
  const databaseUrl = await emptyDatabase()
  const indexer = starting.use(
    await startIndexer(
      {
        ...{ network: networks.devchain, rpc: [devchain.url], data: await makeFolder() },
        ...{ listen: networks.devchain.listen, announce: [], bootstrap: [] },
        ...{ host: '127.0.0.1', port: 0, domain: 'market.example', origins: [] },
        ...{
          isProxied: false,
          dashboard: await makeFolder(),
          pollMs: 50,
          rebuild: false,
          denyList: null,
          alertUrl: null,
        },
        rateLimits: usualRateLimits,
        ffmpeg: { ffmpegPath: undefined, ffprobePath: undefined, searchPath },
        version: '0.0.0',
        ...overrides,
      },
      {
        secrets: { databaseUrl, alertSecret: null, secretKeys: [] },
        logger: silent,
        signal: untroubled,
      },
    ),
  )
  const call: TestIndexer['call'] = async (method, path, { token, body, headers } = {}) => {
    const response = await fetch(`${indexer.url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: jsonOf(text), headers: response.headers }
  }
  const stack = starting.move()
  return {
    ...{ url: indexer.url, devchain, call },
    signIn: async (account) => {
      const asked = await call('POST', '/api/encoding/sessions/challenge', { body: { account } })
      const { nonce, text } = Challenge.parse(asked.body)
      const signature = signedText(text, account)
      const answer = { account, nonce, signature }
      const signed = await call('POST', '/api/encoding/sessions', { body: answer })
      if (signed.status !== 200) throw new Error(JSON.stringify(signed.body))
      return Token.parse(signed.body).token
    },
    query: async (text) => {
      const client = new Client({ connectionString: databaseUrl })
      await client.connect()
      const { rows } = await client.query(text).finally(() => client.end())
      return rows
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const Challenge = z.object({ nonce: z.string(), text: z.string() })
const Token = z.object({ token: z.string() })

function jsonOf(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}
