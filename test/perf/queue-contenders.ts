import { EventEmitter } from 'node:events'
import type { WorkerEvents } from 'graphile-worker'
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { PgBoss } from 'pg-boss'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import { createJobScheduler } from '#market/adapters/postgres/job-scheduler.ts'
import { account } from '#test/support/builders.ts'
import { aCid, aResult, leaseOf } from '#test/support/encoding-jobs.ts'

const workers = 16

export type Contender = AsyncDisposable & {
  readonly name: string
  seed(jobs: number): Promise<void>
  work(jobs: number): Promise<Work>
}

/** Milliseconds of all together, and of each from the start of its claim to the end of its completion. */
type Work = { readonly elapsed: number; readonly spans: readonly number[] }

/** Workers that take a job each, and another when it is done, until so many were taken. */
async function byWorkers(jobs: number, one: (worker: number) => Promise<void>): Promise<Work> {
  const spans: number[] = []
  const start = performance.now()
  let left = jobs
  const loop = async (worker: number): Promise<void> => {
    while (left > 0) {
      left -= 1
      const began = performance.now()
      await one(worker)
      spans.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: workers }, (_, worker) => loop(worker)))
  return { elapsed: performance.now() - start, spans }
}

/** Jobs of a hundred owners, as if each had been submitted. */
const seedOurs = `
  with job as (
    insert into encoding_jobs (owner, permlink, input_cid, is_short, qualities, tiers, tier, turn, expires_at)
    select 'owner-' || n % 100, 'video', $2, true, '{720p,480p}', '{community}', 'community', n / 100, now() + interval '1 day'
    from generate_series(1, $1::int) n returning id, phase
  )
  insert into job_events (job_id, type, phase, fields) select id, 'submitted', phase, '{}' from job`

export async function openOurs(url: string): Promise<Contender> {
  const opened = await openPostgres({ url, connections: workers, onIdleError: () => undefined })
  const scheduler = createJobScheduler({ pool: opened.pool, random: Math.random })
  const owner = account('carol')
  return {
    name: 'spk-encoder',
    seed: async (jobs) => {
      await opened.pool.query(seedOurs, [jobs, aCid])
      await opened.pool.query('vacuum analyze encoding_jobs, job_events')
    },
    work: (jobs) =>
      byWorkers(jobs, async (worker) => {
        const job = await scheduler.claimJob({ id: `encoder-${worker}`, owner }, ['community'])
        if (!job) throw new Error('the queue is empty')
        const outcome = await scheduler.completeJob(leaseOf(job), aResult())
        if (!outcome.ok) throw new Error(outcome.refusal)
      }),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

export async function openPgBoss(url: string): Promise<Contender> {
  const boss = new PgBoss({ connectionString: url, max: workers, schedule: false })
  let isStopped = false
  boss.on('error', (error) => {
    // Its connections outlive its stop, and break when the server goes.
    if (!isStopped) throw error
  })
  await boss.start()
  await boss.createQueue('encode')
  return {
    name: 'pg-boss',
    seed: async (jobs) => {
      for (let done = 0; done < jobs; done += 10_000) {
        const count = Math.min(10_000, jobs - done)
        await boss.insert(
          'encode',
          Array.from({ length: count }, () => ({ data: { input: aCid } })),
        )
      }
      await boss.getDb().executeSql('vacuum analyze', [])
    },
    work: (jobs) =>
      byWorkers(jobs, async () => {
        const [job] = await boss.fetch('encode')
        if (!job) throw new Error('the queue is empty')
        await boss.complete('encode', job.id, aResult())
      }),
    [Symbol.asyncDispose]: () => {
      isStopped = true
      return boss.stop({ graceful: false })
    },
  }
}

const silent = new Logger(() => () => undefined)

/** As it comes: each worker asks for a job of its own and tells of its end by itself. */
export const openGraphileWorker = (url: string): Promise<Contender> =>
  openGraphile(url, { name: 'graphile-worker', schema: 'graphile_worker', worker: {} })

/**
 * With what it has for many short jobs, at the sizes that its manual begins with: jobs are locked before a worker asks, and ends are
 * gathered before they are told.
 */
export const openGraphileWorkerInGroups = (url: string): Promise<Contender> =>
  openGraphile(url, {
    name: 'graphile-worker in groups',
    schema: 'graphile_groups',
    worker: { localQueue: { size: workers + 1 }, completeJobBatchDelay: 0 },
  })

type GraphileSetup = {
  readonly name: string
  readonly schema: string
  readonly worker: NonNullable<GraphileConfig.Preset['worker']>
}

async function openGraphile(url: string, setup: GraphileSetup): Promise<Contender> {
  const { name, schema } = setup
  const utils = await makeWorkerUtils({ connectionString: url, schema, logger: silent })
  await utils.migrate()
  return {
    name,
    seed: async (jobs) => {
      for (let done = 0; done < jobs; done += 10_000)
        await utils.addJobs(
          Array.from({ length: Math.min(10_000, jobs - done) }, () => ({
            identifier: 'encode',
            payload: { input: aCid },
          })),
        )
      await utils.withPgClient((client) => client.query('vacuum analyze'))
    },
    work: (jobs) => workGraphile(url, jobs, setup),
    [Symbol.asyncDispose]: async () => {
      await utils.release()
    },
  }
}

/** Its workers do not wait for their completions to be written, so that its spans are of the claim alone. */
async function workGraphile(
  connectionString: string,
  jobs: number,
  { schema, worker }: GraphileSetup,
): Promise<Work> {
  let start: number | undefined
  const spans: number[] = []
  const began = new Map<string, number>()
  const events: WorkerEvents = new EventEmitter()
  const finished = new Promise<void>((resolve) => {
    events.on('worker:getJob:start', ({ worker }) => {
      const now = performance.now()
      start ??= now
      began.set(worker.workerId, now)
    })
    events.on('job:complete', ({ worker }) => {
      spans.push(performance.now() - (began.get(worker.workerId) ?? Number.NaN))
      if (spans.length === jobs) resolve()
    })
  })
  const runner = await run({
    preset: { worker },
    connectionString,
    schema,
    concurrency: workers,
    maxPoolSize: workers + 2,
    noHandleSignals: true,
    logger: silent,
    events,
    taskList: { encode: () => undefined },
  })
  await finished
  const work = { elapsed: performance.now() - (start ?? Number.NaN), spans: spans.slice(0, jobs) }
  await runner.stop()
  return work
}
