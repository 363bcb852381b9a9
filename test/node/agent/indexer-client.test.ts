import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import Router from '@koa/router'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { mount } from '#market/api/mount.ts'
import { formatSignIn } from '#market/domain/sign-in-text.ts'
import type { MarketErrorCode } from '#market/errors.ts'
import { MarketError } from '#market/errors.ts'
import { createIndexerClient } from '#node/agent/indexer-client.ts'
import type { HttpServer } from '#node/http-server.ts'
import { startHttpServer } from '#node/http-server.ts'
import { listJobsRoute } from '#protocol/api/jobs.ts'
import { challengeRoute, signInRoute } from '#protocol/api/sessions.ts'
import { alice } from '#test/support/builders.ts'
import { untroubled } from '#test/support/ffmpeg.ts'
import { aLocalSigner } from '#test/support/local-signer.ts'
import { silent } from '#test/support/peers.ts'

/** An indexer that remembers who signed in, and answers as the test likes. */
let server: HttpServer
let signIns: number
let tokens: Set<string>
let sent: Buffer[]
let textOf: typeof formatSignIn
let answer: () => void

beforeAll(async () => {
  const router = new Router()
  const requireToken = (authorization: string): void => {
    if (!tokens.has(authorization)) throw new MarketError('unauthorized', 'Sign in first.')
  }
  mount(router, challengeRoute, async ({ body: { account } }) => {
    const terms = { nonce: randomBytes(16).toString('hex'), expiresAt: new Date(2_000_000_000_000) }
    return { ...terms, text: textOf({ domain: 'indexer.example', account, ...terms }) }
  })
  mount(router, signInRoute, async ({ body: { account } }) => {
    signIns += 1
    const token = `token-${signIns}`
    tokens.add(`Bearer ${token}`)
    return { token, account, expiresAt: new Date(2_000_000_000_000) }
  })
  mount(router, listJobsRoute, async ({ authorization }) => {
    requireToken(authorization)
    answer()
    return { jobs: [], next: null }
  })
  router.post('/archive', async (context) => {
    requireToken(context.get('authorization'))
    sent.push(await buffer(context.req))
    context.status = 204
  })
  router.post('/full', (context) => {
    context.status = 507
    context.body = { code: 'disk-full', detail: 'The disk is full.' }
  })
  router.post('/proxy', (context) => {
    context.status = 502
    context.body = '<html>Bad gateway</html>'
  })
  server = await startHttpServer({ routers: [router], logger: silent }, 0)
})
afterAll(() => server?.[Symbol.asyncDispose]())
beforeEach(() => {
  signIns = 0
  tokens = new Set()
  sent = []
  textOf = formatSignIn
  answer = () => undefined
})

const aClient = (url = server.url) =>
  createIndexerClient({ url, account: alice, signer: aLocalSigner('alice'), signal: untroubled })

test('calls that are made at the same time sign in once', async () => {
  const { call } = aClient()
  const pages = await Promise.all([1, 2, 3].map(() => call(listJobsRoute, {})))
  expect(pages).toHaveLength(3)
  expect(signIns).toBe(1)
})

test('a session that has ended is begun again, for archives too, and once only', async () => {
  const { call, send } = aClient()
  await call(listJobsRoute, {})
  tokens.clear()
  await send('/archive', new Uint8Array([1, 2, 3]), untroubled)
  expect([signIns, sent.map((bytes) => [...bytes])]).toEqual([2, [[1, 2, 3]]])
  answer = () => {
    throw new MarketError('unauthorized', 'Nobody is let in any more.')
  }
  await expect(call(listJobsRoute, {})).rejects.toMatchObject({ code: 'unauthorized' })
  expect(signIns).toBe(3)
})

test('nothing is signed but a sign-in of this account', async () => {
  textOf = (terms) => `${formatSignIn(terms)}\nand give everything away`
  await expect(aClient().call(listJobsRoute, {})).rejects.toMatchObject({
    code: 'signature-refused',
  })
  textOf = (terms) => formatSignIn({ ...terms, nonce: 'another nonce of theirs' })
  await expect(aClient().call(listJobsRoute, {})).rejects.toMatchObject({
    code: 'signature-refused',
  })
  expect(signIns).toBe(0)
})

test.each<MarketErrorCode>(['lease-expired', 'not-found', 'rate-limited'])(
  'a refusal by the code %s is that here too',
  async (code) => {
    answer = () => {
      throw new MarketError(code, 'as the indexer says')
    }
    await expect(aClient().call(listJobsRoute, {})).rejects.toMatchObject({
      ...{ code, message: 'as the indexer says' },
    })
  },
)

test('trouble of a server, and of the way to it, is told from a refusal', async () => {
  const { call, send } = aClient()
  await call(listJobsRoute, {})
  const bytes = new Uint8Array(1)
  await expect(send('/full', bytes, untroubled)).rejects.toMatchObject({ code: 'disk-full' })
  await expect(send('/proxy', bytes, untroubled)).rejects.toMatchObject({
    code: 'peer-unreachable',
  })
  await expect(send('/nowhere', bytes, untroubled)).rejects.toMatchObject({
    code: 'request-invalid',
  })
  // Nobody listens at the port of a server that is gone.
  const gone = await startHttpServer({ routers: [], logger: silent }, 0)
  await gone[Symbol.asyncDispose]()
  await expect(aClient(gone.url).call(listJobsRoute, {})).rejects.toMatchObject({
    code: 'peer-unreachable',
  })
})

test('who gives a transfer up is told his own reason', async () => {
  const { send } = aClient()
  const reason = new Error('paused')
  const sending = send('/archive', new Uint8Array(1), AbortSignal.abort(reason))
  await expect(sending).rejects.toBe(reason)
})
