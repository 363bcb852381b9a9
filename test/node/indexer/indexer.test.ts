import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { rights } from '#market/api/rights.ts'
import type { Route } from '#protocol/route.ts'
import { cid } from '#test/support/builders.ts'
import type { TestIndexer } from '#test/support/indexer.ts'
import { anIndexer, signedText } from '#test/support/indexer.ts'

let indexer: TestIndexer
let alice: string
let bob: string

beforeAll(async () => {
  indexer = await anIndexer({ origins: ['https://pages.example'] })
  await indexer.devchain.call('devchain_api.produce_blocks', { count: 25 })
  ;[alice, bob] = await Promise.all([indexer.signIn('alice'), indexer.signIn('bob')])
}, 60_000)
afterAll(async () => await indexer[Symbol.asyncDispose]())

const jobs = '/api/encoding/jobs'
const agent = '/api/encoding/agent'
const aJob = (fields: object = {}) => ({
  permlink: 'a-video',
  inputCid: cid('video'),
  durationSeconds: 300,
  qualities: ['720p', '480p'],
  tiers: ['agent'],
  ...fields,
})

async function submit(token: string, fields: object = {}): Promise<string> {
  const answer = await indexer.call('POST', jobs, { token, body: aJob(fields) })
  expect(answer).toMatchObject({ status: 200, body: { job: { phase: 'queued' } } })
  return (answer.body as { job: { id: string } }).job.id
}

async function register(token: string, id: string, kind = 'agent'): Promise<void> {
  const path = '/api/encoding/encoders/register'
  expect((await indexer.call('POST', path, { token, body: { id, kind } })).status).toBe(200)
}

type Leased = { readonly jobId: string; readonly encoderId: string; readonly fencingToken: number }

/** A job that the scheduler looks at in this moment is passed over, and given to the next who asks. */
async function claim(token: string, encoderId: string): Promise<Leased> {
  return await vi.waitUntil(() => askForJob(token, encoderId), { timeout: 5_000 })
}

async function askForJob(token: string, encoderId: string): Promise<Leased | null> {
  const answer = await indexer.call('POST', `${agent}/claim`, { token, body: { encoderId } })
  expect(answer.status).toBe(200)
  const { job } = answer.body as { job: (Leased & Record<string, unknown>) | null }
  return job && { jobId: job.jobId, encoderId: job.encoderId, fencingToken: job.fencingToken }
}

describe('signing in', () => {
  const challenge = async (account: string) =>
    (await indexer.call('POST', '/api/encoding/sessions/challenge', { body: { account } }))
      .body as { nonce: string; text: string }
  const answer = (body: object) => indexer.call('POST', '/api/encoding/sessions', { body })

  test('takes the posting key, once, for the account and the place that the text names', async () => {
    const { nonce, text } = await challenge('alice')
    expect(text).toContain('market.example')
    const signature = signedText(text, 'alice')
    expect((await answer({ account: 'alice', nonce, signature })).status).toBe(200)
    const again = await answer({ account: 'alice', nonce, signature })
    expect(again).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
  })

  test("another account's key is refused, as is another text", async () => {
    const first = await challenge('alice')
    const foreign = {
      account: 'alice',
      nonce: first.nonce,
      signature: signedText(first.text, 'bob'),
    }
    expect((await answer(foreign)).status).toBe(401)
    const second = await challenge('alice')
    const signature = signedText(`${second.text} `, 'alice')
    expect((await answer({ account: 'alice', nonce: second.nonce, signature })).status).toBe(401)
  })

  test('ends with signing out', async () => {
    const token = await indexer.signIn('alice')
    const settings = '/api/encoding/settings/alice'
    expect((await indexer.call('GET', settings, { token })).status).toBe(200)
    expect((await indexer.call('DELETE', '/api/encoding/sessions', { token })).status).toBe(200)
    expect((await indexer.call('GET', settings, { token })).status).toBe(401)
  })
})

describe('a job', () => {
  test('goes from its owner to its owner’s agent and back, step by step', async () => {
    const id = await submit(alice)
    await register(alice, 'alice-desktop')
    const lease = await claim(alice, 'alice-desktop')
    expect(lease.jobId).toBe(id)
    const stage = { ...lease, stage: 'encoding', progress: 41.7 }
    expect(
      (await indexer.call('POST', `${agent}/progress`, { token: alice, body: stage })).status,
    ).toBe(200)
    const result = {
      ...{ outputCid: cid('tree'), manifestPath: 'manifest.json', qualities: ['720p', '480p'] },
      ...{ processingTimeSec: 12.5, outputSizeBytes: 5_000_000 },
    }
    const body = { ...lease, ...result }
    const done = await indexer.call('POST', `${agent}/complete`, { token: alice, body })
    expect(done).toMatchObject({ status: 200, body: { phase: 'completed', result, progress: 100 } })
    const again = await indexer.call('POST', `${agent}/complete`, { token: alice, body })
    expect(again.status).toBe(200)
    const late = await indexer.call('POST', `${agent}/progress`, { token: alice, body: stage })
    expect(late).toMatchObject({ status: 409, body: { code: 'job-ended' } })
    const { body: history } = await indexer.call('GET', `${jobs}/${id}/history`)
    const types = (history as { events: { type: string }[] }).events.map(({ type }) => type)
    expect(types.filter((type) => type !== 'considered')).toEqual([
      ...['submitted', 'claimed', 'progress', 'completed'],
    ])
  })

  test('shows everyone what it is, and nobody its secrets', async () => {
    const webhookUrl = 'http://127.0.0.1:9/hook'
    const answer = await indexer.call('POST', jobs, { token: alice, body: aJob({ webhookUrl }) })
    const { job, webhookSecret } = answer.body as { job: { id: string }; webhookSecret: string }
    expect(webhookSecret).toMatch(/^whsec_/)
    const seen = await indexer.call('GET', `${jobs}/${job.id}`)
    expect(seen).toMatchObject({ status: 200, body: { owner: 'alice', phase: 'queued' } })
    expect(JSON.stringify(seen.body)).not.toContain('whsec_')
    expect(JSON.stringify(seen.body)).not.toContain('127.0.0.1:9')
  })

  test('is the same job when it is sent again, and is not another’s to take', async () => {
    const id = randomUUID()
    expect(await submit(alice, { id })).toBe(id)
    expect(await submit(alice, { id })).toBe(id)
    const stolen = await indexer.call('POST', jobs, { token: bob, body: aJob({ id }) })
    expect(stolen).toMatchObject({ status: 409, body: { code: 'id-taken' } })
  })

  test('that nobody may take is refused with the reason', async () => {
    const body = aJob({ tiers: ['browser', 'community'], budget: null })
    const answer = await indexer.call('POST', jobs, { token: alice, body })
    expect(answer).toMatchObject({ status: 422, body: { code: 'no-tier' } })
  })

  test('is cancelled by its owner only, and a holder learns of it', async () => {
    const id = await submit(bob)
    expect((await indexer.call('DELETE', `${jobs}/${id}`, { token: alice })).status).toBe(403)
    await register(bob, 'bob-desktop')
    const lease = await claim(bob, 'bob-desktop')
    expect(lease.jobId).toBe(id)
    const cancelled = await indexer.call('DELETE', `${jobs}/${id}`, { token: bob })
    expect(cancelled).toMatchObject({ status: 200, body: { phase: 'cancelled' } })
    const renewed = await indexer.call('POST', `${agent}/renew`, { token: bob, body: lease })
    expect(renewed).toMatchObject({ status: 409, body: { code: 'job-ended' } })
  })

  test('that a desktop has claimed is no tab’s', async () => {
    const id = await submit(bob)
    await register(bob, 'bob-studio')
    const lease = await claim(bob, 'bob-studio')
    expect(lease.jobId).toBe(id)
    const planned = { token: bob, body: lease }
    const answer = await indexer.call('POST', '/api/encoding/browser/plan', planned)
    expect(answer).toMatchObject({ status: 409, body: { code: 'not-holder' } })
    await indexer.call('DELETE', `${jobs}/${id}`, { token: bob })
  })

  test('cannot be touched through an encoder of somebody else', async () => {
    await register(alice, 'alice-two')
    const body = { encoderId: 'alice-two' }
    const answer = await indexer.call('POST', `${agent}/claim`, { token: bob, body })
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })

  test('is found page by page, each once', async () => {
    const made = new Set<string>()
    for (let count = 0; count < 5; count += 1) made.add(await submit(bob))
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = `owner=bob&phase=queued&limit=2${cursor && `&cursor=${cursor}`}`
      const { status, body } = await indexer.call('GET', `${jobs}?${query}`)
      expect(status).toBe(200)
      const page = body as { jobs: { id: string }[]; next: string | null }
      seen.push(...page.jobs.map(({ id }) => id))
      cursor = page.next
    }
    expect(new Set(seen).size).toBe(seen.length)
    for (const id of made) expect(seen).toContain(id)
  })

  test('is followed live, and from where a reader was cut off', async () => {
    const id = await submit(alice)
    const first = await eventsOf(id, 0, 1)
    expect(first.map(({ type }) => type)).toEqual(['submitted'])
    await indexer.call('DELETE', `${jobs}/${id}`, { token: alice })
    const rest = await eventsOf(id, first[0]?.sequence ?? 0, 1)
    expect(rest.map(({ type }) => type)).toEqual(['cancelled'])
  })
})

test('events come by WebSocket too, and not to pages of strangers', async () => {
  const id = await submit(alice)
  const address = `${indexer.url.replace('http', 'ws')}/api/encoding/events/socket`
  const socket = new WebSocket(`${address}?job=${id}&after=0`)
  const first = await new Promise<{ type: string }>((resolve, reject) => {
    socket.once('message', (data) => resolve(JSON.parse(String(data)) as { type: string }))
    socket.once('error', reject)
  })
  expect(first.type).toBe('submitted')
  socket.close()
  for (const [query, origin] of [
    ['', 'https://evil.example'],
    ['?job=x', 'https://pages.example'],
  ]) {
    const refused = new WebSocket(`${address}${query}`, { headers: { origin } })
    await expect(
      new Promise((resolve, reject) => {
        refused.once('open', resolve)
        refused.once('error', reject)
      }),
    ).rejects.toThrow(/40[03]/)
  }
})

async function eventsOf(
  job: string,
  after: number,
  count: number,
): Promise<readonly { readonly type: string; readonly sequence: number }[]> {
  const gone = new AbortController()
  const response = await fetch(`${indexer.url}/api/encoding/events?job=${job}`, {
    headers: { 'last-event-id': String(after) },
    signal: gone.signal,
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk)
    const events = text
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)) as { type: string; sequence: number })
      // What the orchestrator finds out comes whenever it looks.
      .filter(({ type }) => type !== 'considered')
    if (events.length < count) continue
    setImmediate(() => gone.abort())
    return events
  }
  throw new Error('the stream ended')
}

describe('rights', () => {
  const fill = ({ path }: Route): string =>
    path
      .replace(':user', 'alice')
      .replace(':account', 'alice')
      .replace(':job', 'alice:0123456789abcdef')
      .replace(':id', randomUUID())

  /** What nobody in particular is answered; without its body, which a stream never ends. */
  async function statusOf(route: Route): Promise<number> {
    const body = bodyOf(route)
    const answer = await fetch(indexer.url + fill(route), {
      ...{ method: route.method, ...(body && { body: JSON.stringify(body) }) },
    })
    await answer.body?.cancel()
    return answer.status
  }

  test.each(
    [...rights].map(([route, right]) => [`${route.method} ${route.path}`, route, right] as const),
  )('%s is as the table says', async (_, route, { caller, owns }) => {
    const nobody = await statusOf(route)
    if (caller === 'anyone') expect(nobody).not.toBe(401)
    // What is not signed at all is not even read.
    else expect(nobody).toBe(caller === 'signature' ? 400 : 401)
    if (owns === 'settings') {
      const path = fill(route)
      const other = await indexer.call(route.method, path, { token: bob, body: bodyOf(route) })
      expect(other.status).toBe(403)
    }
  })

  test('every route that needs an account refuses a token that is none', async () => {
    const path = '/api/encoding/settings/alice'
    for (const token of ['', 'x', '0'.repeat(64), alice.slice(0, -1)])
      expect((await indexer.call('GET', path, { token })).status).toBe(401)
  })
})

/** JSON that the route's own schema may refuse: rights come first where they can. */
function bodyOf({ method }: Route): object | undefined {
  return ['GET', 'HEAD', 'DELETE'].includes(method) ? undefined : {}
}

describe('an answer', () => {
  test('to what is wrong is a problem with a code and the request’s id', async () => {
    const cases = [
      ['GET', '/nothing', undefined, 404, 'not-found'],
      ['GET', `${jobs}/not-a-uuid`, undefined, 400, 'request-invalid'],
      ['GET', `${jobs}?limit=1000`, undefined, 400, 'request-invalid'],
      ['GET', `${jobs}?cursor=AAAA`, undefined, 422, 'cursor-unknown'],
      ['GET', `${jobs}?limit=5&limit=6`, undefined, 400, 'request-invalid'],
      ['GET', `${jobs}?limit=`, undefined, 400, 'request-invalid'],
      ['GET', `${jobs}?limit=1e1`, undefined, 400, 'request-invalid'],
      ['PATCH', jobs, '{}', 405, 'method-unknown'],
      ['SEARCH', jobs, undefined, 405, 'method-unknown'],
      ['SEARCH', '/metrics', undefined, 405, 'method-unknown'],
      ['SEARCH', '/nothing', undefined, 404, 'not-found'],
      ['POST', '/api/encoding/sessions', '{', 400, 'request-invalid'],
      ['POST', '/api/encoding/sessions', `"${'x'.repeat(70_000)}"`, 413, 'body-too-large'],
    ] as const
    for (const [method, path, body, status, code] of cases) {
      const answer = await indexer.call(method, path, body === undefined ? {} : { body })
      expect([path, answer.status, answer.body]).toMatchObject([path, status, { code, status }])
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      const { instance } = answer.body as { instance: string }
      expect(instance).toContain(answer.headers.get('x-request-id'))
    }
  })

  test('goes to pages of named origins only, and says how it may be used', async () => {
    const from = async (origin: string) =>
      (await indexer.call('GET', jobs, { headers: { origin } })).headers
    expect((await from('https://pages.example')).get('access-control-allow-origin')).toBe(
      'https://pages.example',
    )
    const headers = await from('https://evil.example')
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('ratelimit-remaining')).toMatch(/^\d+$/)
  })

  test('about the server itself is there for operators and readers', async () => {
    expect(await indexer.call('GET', '/health/live')).toMatchObject({ status: 200 })
    await expect
      .poll(() => indexer.call('GET', '/health'))
      .toMatchObject({ body: { status: 'ready' } })
    await indexer.call('POST', `${agent}/claim`, {
      ...{ token: alice, body: { encoderId: 'alice-desktop' } },
    })
    const metrics = await indexer.call('GET', '/metrics')
    expect(metrics.body).toContain('spk_encoder_queue_jobs')
    expect(metrics.body).toMatch(/spk_encoder_claims_total\{kind="agent",outcome="\w+"\} [1-9]/)
    const page = await indexer.call('GET', '/api')
    expect(page.body).not.toMatch(/https?:\/\//)
    const { body } = await indexer.call('GET', '/openapi.json')
    const { openapi, paths } = body as { openapi: string; paths: Record<string, object> }
    expect(openapi).toBe('3.1.0')
    const described = Object.values(paths).flatMap((methods) => Object.keys(methods))
    expect(described).toHaveLength(rights.size)
  })
})

test('too many requests are told when to come again', async () => {
  const few = { requests: 3, seconds: 60 }
  await using strict = await anIndexer({ rateLimits: { address: few, account: few, costly: few } })
  const statuses: number[] = []
  for (let count = 0; count < 5; count += 1) statuses.push((await strict.call('GET', jobs)).status)
  expect(statuses).toEqual([200, 200, 200, 429, 429])
  const refused = await strict.call('GET', jobs)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await strict.call('GET', '/health/live')).status).toBe(200)
  expect((await strict.call('GET', '/metrics')).status).toBe(429)
})

test('tokens that are nobody’s are looked up a few times only', async () => {
  const few = { requests: 3, seconds: 60 }
  const many = { requests: 100, seconds: 60 }
  await using strict = await anIndexer({
    rateLimits: { address: many, account: many, costly: few },
  })
  const token = await strict.signIn('alice')
  const statuses: number[] = []
  for (let count = 0; count < 5; count += 1) {
    const guess = { token: String(count).repeat(64) }
    statuses.push((await strict.call('GET', '/api/encoding/settings/alice', guess)).status)
  }
  expect(statuses).toEqual([401, 401, 401, 429, 429])
  expect((await strict.call('GET', jobs)).status).toBe(200)
  expect(token).toHaveLength(64)
})

test('settings are their account’s, and jobs follow them', async () => {
  const path = '/api/encoding/settings/bob'
  const changes = { tiers: ['agent'], budget: '0.500 HBD', awardLimit: '0.250 HBD' }
  const changed = await indexer.call('PATCH', path, { token: bob, body: changes })
  expect(changed).toMatchObject({ status: 200, body: changes })
  const body = { permlink: 'usual', inputCid: cid('usual'), durationSeconds: 30 }
  const answer = await indexer.call('POST', jobs, { token: bob, body })
  expect(answer).toMatchObject({ body: { job: { tiers: ['agent'], budget: '0.500 HBD' } } })
})

test('what the chain says is there to read, also of accounts that never did anything', async () => {
  expect(await indexer.call('GET', '/api/encoding/reputation/nobody-yet')).toMatchObject({
    status: 200,
    body: { account: 'nobody-yet', scores: [] },
  })
  expect((await indexer.call('GET', '/api/encoding/accounts?role=creator')).status).toBe(200)
  expect(await indexer.call('GET', '/api/encoding/network')).toMatchObject({
    status: 200,
    body: { held: '0.000 HBD' },
  })
  const unknown = '/api/encoding/market/jobs/alice:0123456789abcdef'
  expect((await indexer.call('GET', unknown)).status).toBe(404)
})
