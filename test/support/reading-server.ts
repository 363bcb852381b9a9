import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Ledger } from '#contracts/ledger.ts'
import { createJobIndex } from '#market/adapters/memory/job-index.ts'
import { createLedgerQueries } from '#market/adapters/memory/ledger-queries.ts'
import { createLedgerRecords } from '#market/adapters/memory/ledger-records.ts'
import { createLiveMemory } from '#market/adapters/memory/live-market.ts'
import { createMarketHistory } from '#market/adapters/memory/market-history.ts'
import { createScoreBoard } from '#market/adapters/memory/score-board.ts'
import { createReadingApp } from '#market/api/reading-app.ts'
import { createRankLiveBids } from '#market/services/rank-live-bids.ts'
import { foldTelling } from '#market/services/tell-history.ts'
import { sha256 } from '#node/sha256.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import { genesis, testNetwork } from './test-chain.ts'

/** What a node serves of blocks that it has folded, in ranges of a length, over HTTP. */
export async function startReadingServer(blocks: readonly LedgerBlock[], length: number) {
  let ledger: Ledger = genesis()
  const history = createMarketHistory()
  const scores = createScoreBoard(ledger)
  const current = (): Ledger => ledger
  const sources = { ledger: current, jobs: createJobIndex(current), history, scores }
  for (let first = 0; first < blocks.length; first += length) {
    const told = foldTelling(ledger, blocks.slice(first, first + length), testNetwork)
    ledger = told.ledger
    history.add(told.told)
    scores.note(told.scores)
  }
  const live = createLiveMemory({ now: Date.now, isOnChain: (job) => ledger.jobs.has(job) })
  const chain = createLedgerQueries(sources)
  const bugs: unknown[] = []
  const app = createReadingApp(
    {
      ...{ chain, live, records: createLedgerRecords({ ...sources, live }) },
      rankLiveBids: createRankLiveBids({ chain, live, sha256 }),
      ...{ now: Date.now, peers: () => 3, checks: async () => [], routers: [] },
      webSocketAddresses: () => [],
      site: { chain: 'devchain', chainId: '00', operationId: 'spk-encoder-dev', isReal: false },
      pages: (_, next) => next(),
      log: { request: () => undefined, bug: (error) => void bugs.push(error) },
    },
    { version: '1.2.3' },
  )
  const handle = app.callback()
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...{ live, bugs, port, url: `http://127.0.0.1:${port}` },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
