import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import type { Contender } from './queue-contenders.ts'
import {
  openGraphileWorker,
  openGraphileWorkerInGroups,
  openOurs,
  openPgBoss,
} from './queue-contenders.ts'
import { recordSection } from './record-section.ts'

/**
 * How fast jobs are claimed and completed, one at a time by each of 16 workers that do nothing in between: by our queue, with its
 * leases, turns and events, and by two that are known to be fast, on one server with Postgres' own settings, where a commit is on
 * the disk before it is answered. They work in turns, so that what else the machine does is shared out. Ours asks for what its
 * workers want at the same time in one statement, and answers each worker when its own job is written.
 */

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    record: { type: 'boolean', default: false },
  },
})
const jobs = Number(values.jobs)
const rounds = Number(values.rounds)

type Figures = {
  readonly name: string
  readonly perSecond: readonly number[]
  readonly spans: readonly number[]
}

async function race(contenders: readonly Contender[]): Promise<readonly Figures[]> {
  const figures = contenders.map(({ name }) => ({
    name,
    perSecond: [] as number[],
    spans: [] as number[],
  }))
  for (let round = 0; round < rounds; round += 1)
    for (const [index, contender] of contenders.entries()) {
      const { elapsed, spans } = await contender.work(Math.floor(jobs / rounds))
      figures[index]?.perSecond.push((1_000 * spans.length) / elapsed)
      figures[index]?.spans.push(...spans)
    }
  return figures
}

function quantile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function told({ name, perSecond, spans }: Figures): string {
  const rate = Math.round(quantile(perSecond, 0.5)).toLocaleString('en-US')
  return `${name}: ${rate} jobs a second (median of ${rounds} rounds); claim and completion together ${quantile(spans, 0.5).toFixed(1)} ms in the median, ${quantile(spans, 0.99).toFixed(1)} ms at p99`
}

function compared([ours, ...others]: readonly Figures[]): readonly string[] {
  return others.map((other) => {
    const ratios = (ours?.perSecond ?? []).map(
      (rate, round) => rate / (other.perSecond[round] ?? 1),
    )
    const latency = quantile(ours?.spans ?? [], 0.99) / quantile(other.spans, 0.99)
    return `ours to ${other.name}: ${quantile(ratios, 0.5).toFixed(2)} times the throughput (median of the rounds), ${latency.toFixed(2)} times the p99 latency`
  })
}

const directory = await mkdtemp(join(tmpdir(), 'spk-bench-queue-'))
try {
  await using server = await startEmbeddedPostgres({
    directory,
    settings: { max_connections: '200' },
  })
  await using stack = new AsyncDisposableStack()
  const contenders: Contender[] = []
  for (const open of [openOurs, openPgBoss, openGraphileWorker, openGraphileWorkerInGroups]) {
    const contender = stack.use(await open(server.url))
    contenders.push(contender)
    // Somewhat more than are counted: workers that stop have taken further ones.
    await contender.seed(jobs + 200 * rounds)
  }
  const figures = await race(contenders)
  const lines = [
    `${jobs.toLocaleString('en-US')} jobs each, 16 workers`,
    ...figures.map(told),
    ...compared(figures),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  await recordSection({ name: 'queue', title: 'Queue', how: 'by `npm run bench:queue`.', lines })
} finally {
  await rm(directory, { recursive: true, force: true })
}
