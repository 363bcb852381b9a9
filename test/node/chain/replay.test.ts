import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { hashLedger } from '#contracts/snapshot.ts'
import type { ReplayOptions } from '#node/chain/replay.ts'
import { replay } from '#node/chain/replay.ts'
import { networks } from '#node/networks.ts'
import { sha256 } from '../../support/builders.ts'
import { aDirectory } from '../../support/directory.ts'
import { aRecordingLogger } from '../../support/recording-logger.ts'
import type { ReplayedChain } from '../../support/replayed-chain.ts'
import { aReplayedChain } from '../../support/replayed-chain.ts'

const stack = new AsyncDisposableStack()
let chain: ReplayedChain
let base: string
let directory: string

beforeAll(async () => {
  base = stack.use(await aDirectory()).path
  chain = stack.use(await aReplayedChain())
}, 60_000)
afterAll(() => stack.disposeAsync())
beforeEach(async () => {
  directory = await mkdtemp(join(base, 'replay-'))
})

async function replayed(overrides: Partial<ReplayOptions> = {}) {
  const heights: number[] = []
  const ledger = await replay(
    {
      logger: aRecordingLogger(),
      now: () => 0,
      onBlocks: ({ head }) => heights.push(head?.height ?? 0),
    },
    {
      network: networks.devchain,
      rpc: [chain.url],
      from: 1,
      to: null,
      directory,
      signal: AbortSignal.timeout(60_000),
      ...overrides,
    },
  )
  const { height = 0, id: block = '' } = ledger.head ?? {}
  return { height, block, state: hashLedger(ledger, sha256), heights, nodes: ledger.nodes.size }
}

test('a replay reaches the state of a node that followed the chain', async () => {
  expect(await replayed({ directory: null })).toMatchObject({ ...chain.honest, nodes: 2 })
})

test('a replay stops where it is told to, and goes on from there to the same state', async () => {
  expect(await replayed({ to: 1_500 })).toMatchObject({ height: 1_500, nodes: 2 })
  const whole = await replayed()
  expect(whole).toMatchObject(chain.honest)
  expect(whole.heights[0]).toBeGreaterThan(1_500)
  await expect(replayed({ to: 1_500 })).rejects.toMatchObject({ code: 'option-invalid' })
})

test('a replay reads again what is damaged of an earlier one', async () => {
  await replayed()
  const database = new Database(join(directory, 'replay-1.sqlite'))
  database.exec(`update ledger_snapshots set state = replace(state, 'alice', 'alicf')`)
  database.exec('delete from ledger_blocks where height between 1900 and 1950')
  database.close()
  expect(await replayed()).toMatchObject(chain.honest)
})

test('a replay from another block has another state, and is kept apart', async () => {
  await replayed()
  const later = await replayed({ from: 1_000 })
  expect(later).toMatchObject({ height: chain.honest.height, nodes: 1 })
  expect(later.state).not.toBe(chain.honest.state)
  expect(await replayed()).toMatchObject(chain.honest)
})

test('a replay of another chain than the endpoint serves is refused', async () => {
  await expect(replayed({ network: networks.mainnet })).rejects.toMatchObject({
    code: 'chain-foreign',
  })
})
