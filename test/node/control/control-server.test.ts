import { stat } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import type { WatchableEvents } from '#market/adapters/sqlite/job-stores.ts'
import { createJobEventStore } from '#market/adapters/sqlite/job-stores.ts'
import { escrowApprove } from '#market/domain/hive-operations.ts'
import { MarketError } from '#market/errors.ts'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import { createControlClient } from '#node/control/control-client.ts'
import { readControlToken, tokenFile } from '#node/control/control-files.ts'
import { createControlRouter } from '#node/control/control-server.ts'
import type { HttpServer } from '#node/http-server.ts'
import { startHttpServer } from '#node/http-server.ts'
import type { JobBids, NodeStatus, PostJob } from '#protocol/api/control.ts'
import type { PeerView } from '#protocol/api/peers.ts'
import type { Signature } from '#protocol/envelope.ts'
import type { JobId, Sha256Hex, TransactionId } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import {
  alice,
  anOffer,
  bob,
  carol,
  escrowId,
  hashHex,
  hbd,
  height,
  jobId,
  peerId,
  time,
  transactionId,
} from '#test/support/builders.ts'
import { aDirectory } from '#test/support/directory.ts'
import { silent } from '#test/support/peers.ts'

const stack = new AsyncDisposableStack()
const job = jobId('alice')
const posted: PostJob[] = []
const choices: Sha256Hex[] = []
const bids: JobBids = {
  ...{ job, phase: 'bidding', mode: 'ask', awarded: null, choiceUntil: time(1_767_225_600) },
  record: { offer: anOffer(), seals: [], bids: [], awarded: null },
  bids: [
    {
      ...{ bid: hashHex('bid'), encoder: bob, price: hbd(42n), speed: 1_000, rank: 1 },
      ...{ readyBy: time(1_767_225_700), expires: time(1_767_225_650), excluded: null },
      score: { score: 300, low: 200, high: 400 },
      cost: {
        allInAll: hbd(63n),
        waitPercent: 5,
        classPercent: 0,
        historyPercent: 12,
        spreadPercent: 0,
        trust: 600,
      },
      why: 'why it is so',
    },
  ],
}
const allowed: JobId[] = []
const brought: { readonly id: string; readonly signatures: readonly string[] }[] = []
const operations = [
  escrowApprove({ from: bob, to: alice, agent: carol, escrow: escrowId(7) }, alice, 'approve'),
]
const awaitedEntry: OutboxEntry = {
  key: 'k',
  id: transactionId('7'),
  expires: time(1_767_225_600),
  phase: 'unsigned',
  block: null,
  complaint: null,
  transaction: {
    ref_block_num: 1,
    ref_block_prefix: 2,
    expiration: '2026-01-01T00:00:00',
    operations,
    extensions: [],
    signatures: [],
  },
}
let directory: string
let events: WatchableEvents
let server: HttpServer
let token: string

const connected: PeerView = {
  ...{ peer: peerId('bob'), account: bob, roles: ['encoder'], way: 'relayed' },
  ...{ address: '/ip4/127.0.0.1/tcp/1', direction: 'outbound', latencyMs: null, score: 0.5 },
  ...{ topics: ['offers'], bytesIn: 1, bytesOut: 2, since: 1_767_225_600_000 },
}
const status: NodeStatus = {
  account: alice,
  peer: peerId('a'),
  roles: ['creator'],
  height: height(7),
  behind: 0,
  divergence: null,
  endpoints: [],
  registered: true,
  obstacle: null,
  encoders: [],
  arbiters: [],
  gateway: 'http://127.0.0.1:1',
}

beforeAll(async () => {
  directory = stack.use(await aDirectory()).path
  token = await readControlToken(directory)
  events = createJobEventStore(stack.use(openDatabase(':memory:')).database)
  const postJob = async (asked: PostJob) => {
    posted.push(asked)
    if (asked.path === '/empty') throw new MarketError('input-empty', 'The file is empty.')
    if (asked.path === '/bug') throw new TypeError('a bug with a secret in it')
    return job
  }
  const chooseBid = (_: unknown, bid: Sha256Hex) => void choices.push(bid)
  const allowRelease = (id: JobId) => void allowed.push(id)
  const dispute = () => expect.unreachable('nobody asks for it')
  const ofJob = { bidsFor: () => bids, chooseBid, allowRelease, dispute }
  const creator = { postJob, posted: () => [], ...ofJob }
  const missing = () => {
    throw new MarketError('role-missing', '@alice does not play the role of an encoder.')
  }
  const signing = {
    awaited: () => [
      { entry: awaitedEntry, missing: [{ account: alice, role: 'active' as const }] },
    ],
    accept: async (id: TransactionId, signatures: readonly Signature[]) => {
      brought.push({ id, signatures })
    },
  }
  const router = createControlRouter(
    {
      status: () => status,
      peers: () => [connected],
      creator: () => creator,
      encoder: missing,
      events,
      signing,
    },
    token,
  )
  server = stack.use(await startHttpServer({ routers: [router], logger: silent }, 0))
})
afterAll(async () => await stack.disposeAsync())

const ask = (path: string, init: RequestInit = {}, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...headers },
  })
const post = (body: string) => ask('/control/jobs', { method: 'POST', body })
const aJob = { reference: '0'.repeat(16), path: '/video.mp4' }

const anEvent = (block: number): JobEvent => ({
  type: 'offer-confirmed',
  job,
  at: 1,
  block: height(block),
})

test('the owner of the token is told how the node is, and may post a job', async () => {
  const client = await createControlClient(server.url, `${directory}/${tokenFile}`)

  expect(await client.status()).toEqual(status)
  expect(await client.peers()).toEqual([connected])
  expect(await client.postJob(aJob)).toBe(job)
  expect(posted).toContainEqual(aJob)
})

test('bids come with what their ranks follow from, and one of them can be chosen', async () => {
  const client = await createControlClient(server.url, `${directory}/${tokenFile}`)
  expect(await client.bidsFor(job)).toEqual(bids)
  await client.chooseBid(job, hashHex('bid'))
  expect(choices).toEqual([hashHex('bid')])
})

test('the owner may have good work paid for that waits for the word', async () => {
  const client = await createControlClient(server.url, `${directory}/${tokenFile}`)
  await client.allowRelease(job)
  expect(allowed).toEqual([job])
})

for (const [name, authorization] of [
  ['no token', ''],
  ['another token', `Bearer ${'0'.repeat(64)}`],
  ['a token of another length', 'Bearer 0'],
  ['a password', 'Basic YTpi'],
] as const) {
  test(`whoever has ${name} is turned away from everything`, async () => {
    for (const path of ['/control/status', `/control/jobs/${job}/events`]) {
      const response = await ask(path, {}, { authorization })
      expect([path, response.status]).toEqual([path, 401])
      expect(await response.json()).toMatchObject({ code: 'unauthorized' })
    }
  })
}

for (const host of [
  'evil.example',
  'evil.example:80',
  '127.0.0.1.evil.example',
  'localhost.evil',
]) {
  test(`a page whose name ${host} was rebound to this machine is turned away`, async () => {
    const answer = await raw(
      `GET /control/status HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 401 /)
  })
}

test('the same request under the machine’s own names is answered', async () => {
  for (const host of ['127.0.0.1', 'localhost:1234'])
    expect(
      await raw(
        `GET /control/status HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1.1 200 /)
})

for (const [name, body] of [
  ['no JSON', '{'],
  ['nothing', ''],
  ['of another form', '{"path":1}'],
  ['more than was asked for', JSON.stringify({ ...aJob, more: true })],
] as const) {
  test(`a body that is ${name} is refused with a code`, async () => {
    const before = posted.length
    const response = await post(body)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'request-invalid' })
    expect(posted).toHaveLength(before)
  })
}

test('a body that is larger than a request may be is refused with a code of its own', async () => {
  const before = posted.length
  const response = await post(JSON.stringify({ ...aJob, path: ' '.repeat(70_000) }))

  expect(response.status).toBe(413)
  expect(await response.json()).toMatchObject({ code: 'body-too-large' })
  expect(posted).toHaveLength(before)
})

test('a refusal keeps its code, and a bug tells nothing of itself', async () => {
  const refused = await post(JSON.stringify({ ...aJob, path: '/empty' }))
  const bug = await post(JSON.stringify({ ...aJob, path: '/bug' }))

  expect(refused.status).toBe(422)
  expect(await refused.json()).toEqual({ code: 'input-empty', message: 'The file is empty.' })
  expect(bug.status).toBe(500)
  expect(await bug.text()).not.toContain('secret')
})

test('events are told from the first, then as they come, and after a break from the next one', async () => {
  events.append(anEvent(101))
  events.append(anEvent(102))
  const stop = new AbortController()
  const client = await createControlClient(server.url, `${directory}/${tokenFile}`)
  const told: unknown[] = []
  for await (const event of client.events(job, stop.signal)) {
    told.push(event)
    if (told.length === 2) events.append(anEvent(103))
    if (told.length === 3) stop.abort()
  }

  expect(told).toEqual([101, 102, 103].map(anEvent))
  expect(await firstEvent({ 'last-event-id': '2' })).toContain('103')
})

for (const id of ['-1', 'x', '1e9', '9'.repeat(40)]) {
  test(`a last event’s number ${id.slice(0, 9)} is refused`, async () => {
    const response = await ask(`/control/jobs/${job}/events`, {}, { 'last-event-id': id })
    expect(response.status).toBe(400)
  })
}

test('events of what is no job are refused', async () => {
  expect((await ask('/control/jobs/nonsense/events')).status).toBe(400)
})

test('the token is the same at the next start, and its owner’s alone', async () => {
  expect(await readControlToken(directory)).toBe(token)
  expect((await stat(`${directory}/${tokenFile}`)).mode & 0o077).toBe(0)
})

test('a port that is taken is refused with a code', async () => {
  const port = Number(new URL(server.url).port)

  await expect(startHttpServer({ routers: [], logger: silent }, port)).rejects.toMatchObject({
    code: 'option-invalid',
  })
})

async function firstEvent(headers: Record<string, string>): Promise<string> {
  const response = await ask(`/control/jobs/${job}/events`, {}, headers)
  const reader = response.body!.getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return new TextDecoder().decode(value)
}

function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1')
    socket.once('error', reject)
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString())
    })
    socket.write(request)
  })
}

test('what waits for a signature is told, and gets it', async () => {
  const { signatures: _, ...transaction } = awaitedEntry.transaction
  expect(await (await ask('/control/unsigned')).json()).toEqual([
    {
      id: awaitedEntry.id,
      expires: awaitedEntry.expires,
      transaction,
      missing: [{ account: 'alice', role: 'active' }],
      lines: [
        `transaction ${awaitedEntry.id} for k`,
        '  signed by @alice (active), valid until 2026-01-01T00:00:00 UTC',
        '  escrow_approve: @alice stands by escrow 7 of @bob for @alice',
      ],
    },
  ])
  const signatures = ['20'.repeat(65)]
  const path = `/control/unsigned/${awaitedEntry.id}/signatures`
  const answered = await ask(path, { method: 'POST', body: JSON.stringify({ signatures }) })
  expect(await answered.json()).toEqual({})
  expect(brought).toEqual([{ id: awaitedEntry.id, signatures }])
  const refused = await ask(path, { method: 'POST', body: JSON.stringify({ signatures: ['20'] }) })
  expect(refused.status).toBe(400)
})
