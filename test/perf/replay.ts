import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import { foldBlocks } from '#contracts/fold.ts'
import { hashLedger } from '#contracts/snapshot.ts'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createLedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import { createOutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import { createAgreedBlocks } from '#node/chain/agreed-blocks.ts'
import type { AnswerReader } from '#node/chain/answer-reader.ts'
import { createAnswerReader } from '#node/chain/answer-reader.ts'
import { createBlockSources } from '#node/chain/block-source.ts'
import type { HiveEndpoint } from '#node/chain/hive-endpoint.ts'
import type { LedgerFollower } from '#node/chain/ledger-follower.ts'
import { createLedgerFollower } from '#node/chain/ledger-follower.ts'
import { createLogger } from '#node/logger.ts'
import { sha256 } from '#node/sha256.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import { genesis, testNetwork } from '#test/support/test-chain.ts'
import { busyMarket } from './busy-market.ts'
import { recordSection } from './record-section.ts'
import type { SyntheticRange } from './synthetic-chain.ts'
import { ranges, sealedRanges } from './synthetic-chain.ts'

/**
 * How fast a ledger is folded, and a chain followed. In seconds of processor time, because other programs take their part of
 * the clock's; ratios are to bare `JSON.parse` of the very same bytes, a range at a time in turns.
 */

const network = { ...testNetwork, sha256 }
const blocksOf = (name: string, fallback: number): number =>
  Number(
    process.argv.find((argument) => argument.startsWith(`--${name}=`))?.split('=')[1] ?? fallback,
  )

/** Runs a step and adds the seconds of processor time that it took to a meter. */
function metered<Result>(meter: { seconds: number }, step: () => Result): Result {
  const began = process.cpuUsage()
  const result = step()
  const note = (): void => {
    const { user, system } = process.cpuUsage(began)
    meter.seconds += (user + system) / 1e6
  }
  if (result instanceof Promise) return result.finally(note) as Result
  note()
  return result
}

function foldInMemory(blocks: readonly LedgerBlock[]): string {
  const operations = blocks.reduce(
    (sum, block) =>
      sum + block.operations.filter(({ action }) => action.type !== 'escrow-approved').length,
    0,
  )
  const rates = Array.from({ length: 5 }, () => {
    const meter = { seconds: 0 }
    let ledger = genesis()
    for (let start = 0; start < blocks.length; start += 100)
      ledger = metered(meter, () =>
        foldBlocks(ledger, blocks.slice(start, start + 100), network),
      ).ledger
    metered(meter, () => hashLedger(ledger, sha256))
    return operations / meter.seconds
  }).sort((left, right) => left - right)
  const [median = 0, best = 0] = [rates[2], rates[4]]
  return `fold in memory: ${count(operations)} market operations in ${count(blocks.length)} blocks, state hash every 1,000 blocks: ${count(median)} a second (median of five, best ${count(best)})`
}

/** An endpoint that has its answers as text, and reads them as the real one does. */
function anEndpoint(
  url: string,
  reader: AnswerReader,
  current: () => SyntheticRange,
): HiveEndpoint {
  return {
    url,
    call: async <Result>(method: string, _params: unknown, result: z.ZodType<Result>) => {
      const range = current()
      if (method === 'database_api.get_dynamic_global_properties')
        return result.parse({
          head_block_number: range.last,
          last_irreversible_block_num: range.last,
        })
      const text = method === 'block_api.get_block_range' ? range.blocks : range.virtual
      return reader.read(text, 1, result)
    },
  }
}

async function followed(
  source: Iterable<SyntheticRange>,
  endpoints: number,
  directory: string,
): Promise<{
  readonly ratio: number
  readonly blocks: number
  readonly bytes: number
  readonly ours: number
  readonly view: LedgerFollower['view']
}> {
  const silent: SyntheticRange = { last: 0, blocks: '', virtual: '' }
  let range = silent
  /** What each endpoint says of the range: equal texts, but none of them the same string, as none would be from the wire. */
  let told: readonly SyntheticRange[] = []
  const { database, state } = openDatabase(join(directory, `follower-${endpoints}.sqlite`))
  const logger = createLogger({ level: 'warn', name: 'bench' })
  const urls = Array.from({ length: endpoints }, (_, index) => `http://127.0.0.1:${index + 1}`)
  const reader = createAnswerReader()
  const asked = urls.map((url, index) => anEndpoint(url, reader, () => told[index] ?? silent))
  const sources = createBlockSources(asked, testNetwork)
  const follower = createLedgerFollower(
    {
      chain: createAgreedBlocks(
        { sources, logger, now: Date.now },
        { frozenMs: 30_000, witnesses: 3 },
      ),
      store: createLedgerStore(database, sha256),
      outbox: createOutboxStore(database),
      state,
      network,
      logger,
      onBlocks: () => undefined,
    },
    { chainId: '0'.repeat(64), genesisHeight: 1, pollMs: 1, account: null },
  )
  const bare = { seconds: 0 }
  const ours = { seconds: 0 }
  let bytes = 0
  const signal = new AbortController().signal
  for (range of source) {
    const { last, blocks, virtual } = range
    told = urls.map(() => ({ last, blocks: copyOf(blocks), virtual: copyOf(virtual) }))
    for (let turn = 0; turn < endpoints; turn += 1) {
      metered(bare, () => JSON.parse(blocks))
      metered(bare, () => JSON.parse(virtual))
      bytes += blocks.length + virtual.length
    }
    await metered(ours, () => follower.catchUp(signal))
  }
  return {
    ratio: ours.seconds / bare.seconds,
    blocks: range.last,
    bytes,
    ours: ours.seconds,
    view: follower.view,
  }
}

function copyOf(text: string): string {
  return Buffer.from(text).toString()
}

function line(
  name: string,
  { ratio, blocks, bytes, ours }: Awaited<ReturnType<typeof followed>>,
): string {
  return `${name}: ${count(blocks)} blocks, ${(bytes / 1e6).toFixed(0)} MB of JSON, ${count(blocks / ours)} blocks a second; ${ratio.toFixed(2)} times bare JSON.parse of the same bytes`
}

function print(line = ''): void {
  process.stdout.write(`${line}\n`)
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

const directory = await mkdtemp(join(tmpdir(), 'spk-bench-replay-'))
try {
  const busy = [...busyMarket({ blocks: blocksOf('fold', 3_000), jobsPerBlock: 5 })]
  const lines = [foldInMemory(busy)]
  print(lines[0])
  const market = busyMarket({ blocks: blocksOf('blocks', 100_000), jobsPerBlock: 0.01 })
  const two = await followed(ranges(market, 20), 2, directory)
  lines.push(line('two endpoints that agree', two))
  print(lines[1])
  lines.push(
    line(
      'one endpoint, each block held against its id',
      await followed(sealedRanges(blocksOf('sealed', 5_000), 20), 1, directory),
    ),
  )
  print(lines[2])
  await recordSection({
    name: 'replay',
    title: 'Replay',
    how: 'seconds are of processor time, by `npm run bench:replay`.',
    lines,
  })
} finally {
  await rm(directory, { recursive: true, force: true })
}
