import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentHealth } from '#protocol/api/desktop.ts'
import type { Reply, TestAgent } from '#test/support/agent.ts'
import { anAgent, ownerToken, pageOrigin } from '#test/support/agent.ts'
import { signedText } from '#test/support/indexer.ts'

const other = 'https://other.example'
let agent: TestAgent
let paired: string

beforeAll(async () => {
  agent = await anAgent({ config: { origins: [pageOrigin, other] } })
  paired = await agent.pair()
})
afterAll(async () => await agent[Symbol.asyncDispose]())

const aJob = {
  permlink: 'a-video',
  inputCid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
}
const everything: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/health'],
  ['POST', '/claim'],
  ['POST', '/progress'],
  ['POST', '/complete'],
  ['POST', '/fail'],
  ['POST', '/pairing'],
  ['POST', '/pairing/challenge'],
  ['POST', '/jobs'],
  ['GET', '/owner/status'],
  ['POST', '/owner/pause'],
  ['POST', '/owner/links'],
  ['GET', '/'],
  ['GET', '/page/view'],
  ['GET', '/nothing-here'],
  ['OPTIONS', '/claim'],
]

/** What a page could know an agent by. */
function isClosed({ status, headers, text }: Reply): void {
  expect({ status, text }).toEqual({ status: 403, text: '' })
  expect(Object.keys(headers).toSorted()).toEqual([
    'connection',
    'content-length',
    'date',
    'keep-alive',
  ])
}

const strangers: readonly (readonly [name: string, headers: Record<string, string>])[] = [
  ['a page of another origin', { origin: 'https://evil.example' }],
  ['a page of a named origin’s subdomain', { origin: 'https://x.pages.example' }],
  ['a page of a named host without TLS', { origin: 'http://pages.example' }],
  ['a page of a named host on another port', { origin: `${pageOrigin}:8443` }],
  ['a sandboxed frame', { origin: 'null' }],
  ['another server of this machine', { origin: 'http://127.0.0.1:4000' }],
  ['an image of another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ['a link on another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ['a page of another port of this machine', { 'sec-fetch-site': 'same-site' }],
  ['a page whose name was rebound', { host: 'evil.example' }],
  [
    'a rebound page that names the port too',
    { host: 'evil.example:3002', origin: 'http://evil.example:3002' },
  ],
  ['a rebound page that borrows a named origin', { host: 'evil.example', origin: pageOrigin }],
  ['whoever asks for the machine by another port', { host: '127.0.0.1:1' }],
]

test.each(strangers)('%s stands before a closed door, whatever it asks', async (_, headers) => {
  for (const [method, path] of everything) {
    isClosed(await agent.ask(method, path, { headers }))
    isClosed(
      await agent.ask(method, path, { headers: { ...headers, authorization: `Bearer ${paired}` } }),
    )
    isClosed(
      await agent.ask(method, path, {
        headers: { ...headers, authorization: `Bearer ${ownerToken}` },
      }),
    )
  }
})

test('a stranger’s preflight is told nothing, with or without a private network', async () => {
  const headers = {
    ...{ origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    'access-control-request-private-network': 'true',
  }
  isClosed(await agent.ask('OPTIONS', '/claim', { headers }))
})

test('a named page may reach this machine’s private address when its browser asks', async () => {
  const asking = { 'access-control-request-method': 'POST' }
  const plain = await agent.ask('OPTIONS', '/claim', { origin: pageOrigin, headers: asking })
  expect(plain.status).toBe(204)
  expect(plain.headers).toMatchObject({
    ...{ 'access-control-allow-origin': pageOrigin, vary: 'origin' },
    'access-control-allow-headers': 'authorization, content-type, x-hive-user',
  })
  expect(plain.headers).not.toHaveProperty('access-control-allow-private-network')
  const headers = { ...asking, 'access-control-request-private-network': 'true' }
  const asked = await agent.ask('OPTIONS', '/claim', { origin: pageOrigin, headers })
  expect(asked.headers['access-control-allow-private-network']).toBe('true')
})

const notPaired: readonly (readonly [
  name: string,
  token: () => string | undefined,
  origin: string,
])[] = [
  ['without a token', () => undefined, pageOrigin],
  ['with a token that is nobody’s', () => '0'.repeat(64), pageOrigin],
  ['with the token of another origin’s page', () => paired, other],
  ['with the owner’s own token', () => ownerToken, pageOrigin],
]

test.each(notPaired)(
  'a named page %s learns nothing and starts nothing',
  async (_, token, origin) => {
    const given = token()
    const asked = { origin, ...(given !== undefined && { token: given }) }
    const headers = { 'x-hive-user': 'alice' }
    for (const [method, path] of everything.slice(0, 5)) {
      const { status, text } = await agent.ask(method, path, { ...asked, headers })
      expect({ status, text }).toEqual({
        status: 401,
        text: expect.stringContaining('pair this page with the agent first'),
      })
    }
    expect((await agent.ask('POST', '/jobs', { ...asked, body: aJob })).status).toBe(401)
    const status = await agent.ask('GET', '/owner/status', { token: ownerToken })
    expect(status.json).toMatchObject({ work: null, queued: 0, sessions: [{ origin: pageOrigin }] })
  },
)

test('a paired page is told how the agent does, in the words of the contract', async () => {
  const { status, json } = await agent.ask('GET', '/health', { origin: pageOrigin, token: paired })
  expect(status).toBe(200)
  expect(AgentHealth.parse(json)).toEqual({
    ...{ status: 'ready', version: '1.2.3', hwAccel: 'none' },
    ...{ jobsInProgress: 0, ipfsConnected: false },
  })
})

test('a paired page is no owner', async () => {
  const page = { origin: pageOrigin, token: paired }
  for (const [method, path] of everything.filter(([, each]) => each.startsWith('/owner')))
    expect((await agent.ask(method, path, page)).status).toBe(401)
  const own = { origin: agent.url, token: paired }
  expect((await agent.ask('GET', '/page/view', own)).status).toBe(401)
})

test('a job is claimed for the account of the node and for nobody else', async () => {
  const page = { origin: pageOrigin, token: paired }
  expect((await agent.ask('POST', '/claim', page)).status).toBe(400)
  const foreign = await agent.ask('POST', '/claim', { ...page, headers: { 'x-hive-user': 'bob' } })
  expect(foreign).toMatchObject({ status: 403, json: { code: 'forbidden' } })
})

test('a program of this machine may look, and needs the token of the data directory for more', async () => {
  expect(AgentHealth.parse((await agent.ask('GET', '/health')).json).status).toBe('ready')
  const headers = { 'x-hive-user': 'alice' }
  expect((await agent.ask('POST', '/claim', { headers })).status).toBe(401)
  expect((await agent.ask('POST', '/claim', { headers, token: paired })).status).toBe(401)
  const own = await agent.ask('POST', '/claim', { headers, token: ownerToken })
  expect(own).toMatchObject({ status: 404, json: { code: 'not-found' } })
})

test('a ticket brings its answer once, to the page that has it, and a refused page stays outside', async () => {
  const asked = await agent.ask('POST', '/pairing', { origin: other })
  const { code, ticket } = asked.json as { code: string; ticket: string }
  const answer = (origin: string) =>
    agent.ask('POST', '/pairing/answer', { origin, body: { ticket } })
  expect((await answer(pageOrigin)).status).toBe(401)
  expect((await answer(other)).json).toEqual({ status: 'waiting' })
  const decide = (allow: boolean, token = ownerToken) =>
    agent.ask('POST', `/owner/pairings/${code}`, { token, body: { allow } })
  expect((await decide(true, paired)).status).toBe(401)
  expect((await decide(false)).json).toEqual({ origin: other })
  expect((await decide(true)).status).toBe(404)
  expect((await answer(other)).json).toEqual({ status: 'refused' })
  expect((await answer(other)).status).toBe(401)
})

test('the posting key of the node’s account pairs a page, once, and nobody else’s does', async () => {
  const challenge = async (origin: string) =>
    (await agent.ask('POST', '/pairing/challenge', { origin })).json as {
      nonce: string
      text: string
    }
  const sign = (origin: string, body: object) =>
    agent.ask('POST', '/pairing/signature', { origin, body })
  const first = await challenge(other)
  expect(first.text).toContain(`desktop agent of this machine for ${other} as @alice`)
  const body = { account: 'alice', nonce: first.nonce, signature: signedText(first.text, 'alice') }
  expect((await sign(pageOrigin, body)).status).toBe(401)
  const second = await challenge(other)
  const bobs = { ...body, nonce: second.nonce, signature: signedText(second.text, 'bob') }
  expect((await sign(other, bobs)).status).toBe(401)
  const third = await challenge(other)
  const own = { ...body, nonce: third.nonce, signature: signedText(third.text, 'alice') }
  const granted = await sign(other, own)
  expect(granted.status).toBe(200)
  expect((await sign(other, own)).status).toBe(401)
  const { token } = granted.json as { token: string }
  expect((await agent.ask('GET', '/health', { origin: other, token })).status).toBe(200)
  expect((await agent.ask('GET', '/health', { origin: pageOrigin, token })).status).toBe(401)
})

test('whoever guesses tokens, floods the door or asks again and again is made to wait', async () => {
  const few = { requests: 3, seconds: 60 }
  const limits = { requests: { requests: 20, seconds: 60 }, asking: few, wrongTokens: few }
  await using guarded = await anAgent({ options: { limits } })
  const statuses: number[] = []
  for (const token of ['1', '2', '3', '4'].map((digit) => digit.repeat(64)))
    statuses.push((await guarded.ask('GET', '/health', { origin: pageOrigin, token })).status)
  expect(statuses).toEqual([401, 401, 401, 429])
  for (const expected of [200, 200, 200, 429])
    expect((await guarded.ask('POST', '/pairing', { origin: pageOrigin })).status).toBe(expected)
  for (let visit = 0; visit < 20; visit += 1) await guarded.ask('GET', '/health')
  const flooded = await guarded.ask('GET', '/health')
  expect(flooded).toMatchObject({ status: 429, json: { code: 'rate-limited' } })
  expect(Number(flooded.headers['retry-after'])).toBeGreaterThan(0)
})

test('a body beyond any job’s is not read', async () => {
  const page = { origin: pageOrigin, token: paired }
  const body = { ...aJob, permlink: 'x'.repeat(70_000) }
  const answer = await agent.ask('POST', '/jobs', { ...page, body })
  expect(answer).toMatchObject({ status: 413, json: { code: 'body-too-large' } })
})
