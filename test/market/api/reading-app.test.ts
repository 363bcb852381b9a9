import { request } from 'node:http'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { rights } from '#market/api/rights.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import { alice, bob, jobId, time } from '#test/support/builders.ts'
import type { TestIndexer } from '#test/support/indexer-server.ts'
import { startTestIndexer } from '#test/support/indexer-server.ts'
import { aProjectionStore, applyAll } from '#test/support/projected-market.ts'
import { randomMarket } from '#test/support/random-market.ts'
import { startReadingServer } from '#test/support/reading-server.ts'

let indexer: TestIndexer
beforeAll(async () => {
  indexer = await startTestIndexer()
  return () => indexer[Symbol.asyncDispose]()
}, 60_000)

const accounts = ['alice', 'bob', 'carol', 'nobody-here']
const roles = ['encoder', 'creator', 'arbiter']

/** What pages ask, of lists the first page and one in its middle. */
const questions: readonly string[] = [
  '/site',
  '/network?days=30',
  '/network/series?bucket=hour&count=48',
  '/network/series?bucket=day&count=3',
  ...['', '&creator=alice', '&encoder=bob', '&phase=settled', '&creator=alice&encoder=carol'].map(
    (filter) => `/market/jobs?limit=1${filter}`,
  ),
  ...['', '&state=done', '&owner=alice', '&encoder=@bob', '&tier=community', '&tier=agent'].map(
    (filter) => `/all-jobs?limit=2${filter}`,
  ),
  ...[1, 2, 3].flatMap((job) => [
    `/market/jobs/${jobId('alice', job)}`,
    `/market/jobs/${jobId('alice', job)}/bids`,
  ]),
  ...['score', 'price', 'speed'].map((order) => `/market/encoders?limit=1&order=${order}`),
  '/market/encoders?codec=av1',
  ...['DE', 'FR'].map((region) => `/market/encoders?region=${region}`),
  '/market/encoders?hwAccel=none&present=now',
  ...roles.flatMap((role) =>
    ['score', 'account', 'active'].map((sort) => `/accounts?role=${role}&sort=${sort}&limit=1`),
  ),
  '/accounts?role=encoder&search=b',
  ...accounts.flatMap((account) => [
    `/market/encoders/${account}/prices?limit=1`,
    `/accounts/${account}/earnings?limit=2`,
    `/accounts/${account}/earnings?role=encoder&from=997000&to=997400`,
    `/reputation/${account}`,
    ...roles.flatMap((role) => [
      `/reputation/${account}/evidence?role=${role}&limit=1`,
      `/reputation/${account}/points?role=${role}&points=500`,
      `/reputation/${account}/points?role=${role}&points=3`,
      `/reputation/${account}/custom?role=${role}&limit=1`,
    ]),
  ]),
]

/** All pages of an answer, without what is of the moment or of the server. */
async function answers(url: string, question: string): Promise<unknown> {
  const pages: unknown[] = []
  let cursor: string | null = null
  do {
    const answer = await fetch(`${url}/api/encoding${question}${cursor ? `&cursor=${cursor}` : ''}`)
    const page = (await answer.json()) as { next?: string | null }
    pages.push({ status: answer.status, page })
    cursor = page.next ?? null
  } while (cursor !== null)
  return JSON.parse(
    JSON.stringify(pages, (name, value: unknown) =>
      ['lagSeconds', 'instance', 'isReadOnly'].includes(name) ? null : value,
    ),
  )
}

const markets = fc.sample(randomMarket(), { numRuns: 2, seed: 11 })

test.each(markets.map((blocks, index) => [index, blocks] as const))(
  'a node that has folded a market tells it as an indexer does: %i',
  async (_, blocks: readonly LedgerBlock[]) => {
    const store = aProjectionStore(indexer.opened)
    await store.clear()
    await applyAll(store, blocks, [20])
    await using node = await startReadingServer(blocks, 7)
    for (const question of questions) {
      const [own, theirs] = [
        await answers(node.url, question),
        await answers(indexer.url, question),
      ]
      expect({ question, told: own }).toEqual({ question, told: theirs })
    }
    expect(node.bugs).toEqual([])
  },
)

test('what gossip says is told, and forgotten when it ends', async () => {
  const [blocks = []] = markets
  await using node = await startReadingServer(blocks, 50)
  const presence = { v: 1, type: 'presence', account: bob, at: time(9), freeSlots: 2 } as const
  await node.live.keepPresence(presence)
  await node.live.keepPresence({ ...presence, at: time(8), freeSlots: 0 })
  const told = (await (await fetch(`${node.url}/api/encoding/market/encoders`)).json()) as object
  expect(told).toMatchObject({ encoders: [{ account: 'bob', presence: { at: 9, freeSlots: 2 } }] })
})

test('everything that changes something, or needs a queue, is refused with the same words', async () => {
  await using node = await startReadingServer([], 1)
  const served = new Set<string>()
  for (const { method, path } of rights.keys()) {
    const address = path.replace(/:job\b/, jobId('alice', 1)).replace(/:\w+/g, alice)
    const answer = await fetch(node.url + address, { method })
    if (answer.status !== 403) served.add(`${method} ${path}`)
    else if (method !== 'HEAD')
      expect(await answer.json()).toMatchObject({
        code: 'read-only',
        detail: expect.stringContaining('spk-encoder job post'),
      })
  }
  expect([...served].every((route) => route.startsWith('GET '))).toBe(true)
  expect(served.size).toBeGreaterThan(15)
  const document = (await (await fetch(`${node.url}/openapi.json`)).json()) as { paths: object }
  expect(Object.keys(document.paths)).toHaveLength(served.size)
})

test('a page that was rebound to this machine is let in nowhere', async () => {
  await using node = await startReadingServer([], 1)
  const status = await new Promise((resolve) => {
    const headers = { host: `market.example:${node.port}` }
    request({ host: '127.0.0.1', port: node.port, path: '/api/encoding/site', headers }, (got) => {
      got.resume()
      resolve(got.statusCode)
    }).end()
  })
  expect(status).toBe(401)
})
