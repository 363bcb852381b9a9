import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foldBlocks } from '#contracts/fold.ts'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import { createProjectionStore } from '#market/adapters/postgres/projection-store.ts'
import { startProjection } from '#node/indexer-chain.ts'
import { createLogger } from '#node/logger.ts'
import { startEmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import { sha256 } from '#node/sha256.ts'
import { aFixedChain } from '#test/support/fixed-chain.ts'
import { testSource } from '#test/support/projected-market.ts'
import { genesis, testNetwork } from '#test/support/test-chain.ts'
import { busyMarket } from './busy-market.ts'
import { recordSection } from './record-section.ts'

/**
 * How long the tables take to be made again from nothing: `npm run bench:projection -- [--blocks=N] [--every=N] [--record]`, with a
 * job begun every so many blocks. As an indexer does it, with the server's own settings, so each thousand blocks are on the disk
 * before the next; blocks come from memory, because what endpoints take is `bench:replay`'s to say.
 */

const option = (name: string, fallback: number): number =>
  Number(
    process.argv.find((argument) => argument.startsWith(`--${name}=`))?.split('=')[1] ?? fallback,
  )

const network = { ...testNetwork, sha256 }
const logger = createLogger({ level: 'warn', name: 'bench' })
const count = (value: number): string => Math.round(value).toLocaleString('en-US')

async function measure(directory: string): Promise<readonly string[]> {
  const blocks = [
    ...busyMarket({ blocks: option('blocks', 100_000), jobsPerBlock: 1 / option('every', 10) }),
  ]
  await using server = await startEmbeddedPostgres({ directory })
  await using opened = await openPostgres({ url: server.url, onIdleError: () => undefined })
  const store = createProjectionStore(opened.database, sha256, testSource)
  const folding = process.cpuUsage()
  for (let ledger = genesis(), first = 0; first < blocks.length; first += 100)
    ledger = foldBlocks(ledger, blocks.slice(first, first + 100), network).ledger
  const bare = secondsOf(process.cpuUsage(folding))
  const done = Promise.withResolvers<void>()
  const began = performance.now()
  const projecting = process.cpuUsage()
  await using projection = await startProjection(
    {
      ...{ chain: aFixedChain(blocks), store, network, logger },
      onApplied: ({ ledger }) => {
        if (ledger.head?.height === blocks.length) done.resolve()
      },
    },
    { ...testSource, postgresUrl: server.url, pollMs: 100 },
  )
  await done.promise
  const seconds = (performance.now() - began) / 1_000
  const ours = secondsOf(process.cpuUsage(projecting))
  if (projection.status().behind !== 0) throw new Error('the projection is not at the end')
  const rows = await countRows(opened.pool)
  return [
    `${count(blocks.length)} blocks with ${count(rows['chain_jobs'] ?? 0)} jobs: ${seconds.toFixed(1)} s from nothing, ${count(blocks.length / seconds)} blocks a second`,
    `${ours.toFixed(1)} s of this process' processor time; folding the same blocks alone takes ${bare.toFixed(1)} s`,
    `rows: ${Object.entries(rows)
      .map(([table, number]) => `${table} ${count(number)}`)
      .join(', ')}`,
  ]
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}

type Counting = { query(text: string): Promise<{ readonly rows: readonly { count: number }[] }> }

async function countRows(pool: Counting): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const table of [
    ...['chain_operations', 'chain_job_events', 'chain_jobs', 'chain_standings'],
    ...['chain_custom', 'chain_standing_deeds', 'chain_nodes'],
  ])
    counts[table] = (await pool.query(`select count(*)::int from ${table}`)).rows[0]?.count ?? 0
  return counts
}

const directory = await mkdtemp(join(tmpdir(), 'spk-bench-projection-'))
try {
  const lines = await measure(directory)
  process.stdout.write(`${lines.join('\n')}\n`)
  await recordSection({
    name: 'projection',
    title: 'Projection',
    how: 'tables made again from nothing, by `npm run bench:projection`.',
    lines,
  })
} finally {
  await rm(directory, { recursive: true, force: true })
}
