import { expect, test } from 'vitest'
import type { OpenedDatabase } from '#market/adapters/sqlite/database.ts'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createHistoryStore } from '#market/adapters/sqlite/history-store.ts'
import { createLedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import { createOutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import { createLedgerFollower } from '#node/chain/ledger-follower.ts'
import { keepHistory } from '#node/chain/market-sources.ts'
import { busyMarket } from '#test/perf/busy-market.ts'
import { sha256 } from '#test/support/builders.ts'
import { aFixedChain } from '#test/support/fixed-chain.ts'
import { silent } from '#test/support/peers.ts'
import { testNetwork } from '#test/support/test-chain.ts'

const blocks = [...busyMarket({ blocks: 1_200, jobsPerBlock: 0.02 })]
const never = new AbortController().signal
const source = { chainId: '0'.repeat(64), genesisHeight: 1 }

type Watched = { last: number; readonly isShown: boolean }

/** One run of a node over a database, up to a block. */
async function run({ database, state }: OpenedDatabase, { last, isShown }: Watched) {
  const store = createLedgerStore(database, sha256)
  const histories = createHistoryStore(database)
  const history = isShown ? keepHistory({ store: histories, blocks: store }, source) : null
  if (!history) histories.clear()
  const asked: number[] = []
  const chain = aFixedChain(blocks, () => last)
  const follower = createLedgerFollower(
    {
      chain: {
        ...chain,
        range: (first, ...rest) => {
          asked.push(first)
          return chain.range(first, ...rest)
        },
      },
      ...(history && { history: history.follow }),
      ...{ store, state, outbox: createOutboxStore(database), network: testNetwork },
      ...{ logger: silent, onBlocks: () => undefined },
    },
    { ...source, pollMs: 1, account: null },
  )
  const sources = history?.sources(follower.view.current)
  await follower.catchUp(never)
  const events = sources?.history.eventsAfter(0, 1_000_000) ?? []
  const encoders = [...(sources?.scores.in('encoder') ?? [])].toSorted()
  return { first: asked[0] ?? null, events, encoders }
}

test('what blocks told is there after a restart, and goes on', async () => {
  using opened = openDatabase(':memory:')
  await run(opened, { last: 700, isShown: true })
  const again = await run(opened, { last: 1_200, isShown: true })
  expect(again.first).toBe(701)
  using other = openDatabase(':memory:')
  const atOnce = await run(other, { last: 1_200, isShown: true })
  expect(atOnce.events.length).toBeGreaterThan(50)
  expect(again.events).toEqual(atOnce.events)
  // Past the checkpoint at block 1,000 scores are those that everybody has.
  expect(again.encoders).toEqual(atOnce.encoders)
})

test('whoever looks for the first time has the blocks read again, from the first on', async () => {
  using opened = openDatabase(':memory:')
  await run(opened, { last: 1_100, isShown: false })
  const shown = await run(opened, { last: 1_200, isShown: true })
  expect(shown.first).toBe(1)
  using other = openDatabase(':memory:')
  expect(shown.events).toEqual((await run(other, { last: 1_200, isShown: true })).events)
  await run(opened, { last: 1_200, isShown: false })
  expect((await run(opened, { last: 1_200, isShown: true })).first).toBe(1)
})
