import { appendFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'pg'
import { createJobScheduler } from '#market/adapters/postgres/job-scheduler.ts'
import type { Lease, LeasedJob, SchedulerOutcome } from '#market/ports/job-scheduler.ts'
import { account } from './builders.ts'
import { aResult, leaseOf } from './encoding-jobs.ts'
import { createRandom } from './world/random.ts'

/**
 * A process of encoders that take jobs for as long as it lives, and do with them whatever their seed says: finish, fail, give
 * back, or forget. What they were told is in a file, written at once, because this process may be killed at any line.
 * Arguments: database URL, file, name, encoders, lease in milliseconds, seed.
 */
const [url = '', file = '', name = '', count = '1', leaseMs = '1000', seed = '1'] =
  process.argv.slice(2)

const pool = new Pool({ connectionString: url, max: Number(count) })
pool.on('error', () => undefined)

function note(what: 'claimed' | 'completed', { job, encoder, fencingToken }: Lease): void {
  appendFileSync(file, `${what} ${job} ${encoder} ${fencingToken}\n`)
}

function chances(number: number): () => number {
  const chance = createRandom(Number(seed) * 1_000 + number)
  return () => chance.below(1_000) / 1_000
}

/** One for all, as in an indexer: their calls are asked together. */
const scheduler = createJobScheduler({ pool, random: chances(999) }, { leaseMs: Number(leaseMs) })

async function work(index: number): Promise<never> {
  const random = chances(index)
  const encoder = { id: `${name}-${index}`, owner: account('carol') }
  const finish = async (lease: Lease): Promise<void> => {
    const outcome: SchedulerOutcome = await scheduler
      .completeJob(lease, aResult())
      // The answer may be lost with the server, and the result kept: asked again it is the same.
      .catch(() => scheduler.completeJob(lease, aResult()))
    if (outcome.ok) note('completed', lease)
  }
  const carry = async (job: LeasedJob): Promise<void> => {
    const lease = leaseOf(job)
    const fate = random()
    if (fate < 0.1) return
    if (fate < 0.2) await scheduler.releaseJob(lease, 'not now')
    else if (fate < 0.3)
      await scheduler.failJob(lease, { class: 'cancelled', message: 'not today' })
    else {
      await scheduler.reportProgress(lease, { stage: 'encoding', stageProgress: 50 })
      await finish(lease)
      // Late, and so for nothing.
      await scheduler.reportProgress(lease, { stage: 'uploading', stageProgress: 50 })
    }
  }
  for (;;)
    try {
      const job = await scheduler.claimJob(encoder, ['community'])
      if (job) {
        note('claimed', leaseOf(job))
        await carry(job)
      } else await pause(20)
    } catch {
      // The server is away.
      await pause(20)
    }
}

await Promise.all(Array.from({ length: Number(count) }, (_, index) => work(index)))
