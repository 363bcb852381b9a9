import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createMarketFeed } from '#market/services/market-feed.ts'
import { createControlClient } from '#node/control/control-client.ts'
import { createMarketRouter } from '#node/control/market-router.ts'
import { startHttpServer } from '#node/http-server.ts'
import { createGossipMeter } from '#node/p2p/gossip-meter.ts'
import { aBid, account, jobId } from '#test/support/builders.ts'
import { aDirectory } from '#test/support/directory.ts'
import { aRegistry, silent } from '#test/support/peers.ts'

const token = 'a'.repeat(64)

test('an owner sees what the node remembers of the market and each new thing, and counts of gossip; nobody else does', async () => {
  await using folder = await aDirectory()
  const feed = createMarketFeed({ ledger: aRegistry(), clock: { now: () => 1_000 } })
  const meter = createGossipMeter()
  meter.judged('bids', 'good', 300)
  meter.judged('bids', 'old', 200)
  meter.sent('offers')
  const router = createMarketRouter({ feed, gossip: meter.counts }, token)
  await using http = await startHttpServer({ routers: [router], logger: silent }, 0)
  await writeFile(join(folder.path, 'token'), token)
  const control = await createControlClient(http.url, join(folder.path, 'token'))

  feed.heardBid(aBid())
  const leaving = new AbortController()
  const market = control.market(leaving.signal)
  expect((await market.next()).value).toMatchObject({ type: 'bid', encoder: 'bob', at: 1_000 })
  feed.heardBid(aBid({ job: jobId('alice', 2), encoder: account('erin') }))
  expect((await market.next()).value).toMatchObject({ type: 'bid', encoder: 'erin' })
  leaving.abort()
  expect((await market.next()).done).toBe(true)

  const counts = await control.gossip()
  expect(counts.find(({ topic }) => topic === 'bids')).toEqual({
    ...{ topic: 'bids', findings: { good: 1, old: 1 }, bytes: 500, sent: 0 },
  })
  expect(counts.find(({ topic }) => topic === 'offers')).toMatchObject({ sent: 1 })
  for (const path of ['/control/market/events', '/control/gossip'])
    expect((await fetch(`${http.url}${path}`)).status).toBe(401)
})
