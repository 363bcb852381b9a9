import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import { createJobScheduler } from '#market/adapters/postgres/job-scheduler.ts'
import { isLegalMove } from '#market/domain/job-phases.ts'
import { startEmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import type { EncodingEventType, EncodingJobId, EncodingPhase } from '#protocol/encoding-job.ts'
import { account } from '#test/support/builders.ts'
import { anEncodingJob, granted } from '#test/support/encoding-jobs.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

const seed = 20_260_101
const processes = 4
const encodersEach = 8
const jobs = 400
const leaseMs = 400

const program = fileURLToPath(new URL('../../../support/queue-client.ts', import.meta.url))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

type Claim = {
  readonly what: string
  readonly job: string
  readonly encoder: string
  readonly token: number
}

/** Without the last line of a process that was killed while it wrote. */
async function notesIn(files: readonly string[]): Promise<readonly Claim[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  return texts
    .flatMap((text) => text.split('\n').slice(0, -1))
    .map((line) => {
      const [what = '', job = '', encoder = '', token = ''] = line.split(' ')
      return { what, job, encoder, token: Number(token) }
    })
}

test('32 encoders share the jobs through deaths of their own and of the server, each job is finished once', {
  timeout: 120_000,
}, async () => {
  const directory = await makeFolder()
  // Nobody pulls the plug here, so the disk need not be waited for; every commit must survive the server's death though.
  const settings = { fsync: 'off', synchronous_commit: 'on' }
  let server = await startEmbeddedPostgres({ directory, settings })
  await using stack = new AsyncDisposableStack()
  stack.defer(() => server[Symbol.asyncDispose]())
  const { url } = server
  const opened = stack.use(await openPostgres({ url, onIdleError: () => undefined }))
  const scheduler = createJobScheduler(
    { pool: opened.pool, random: () => 0.5 },
    { leaseMs, maxAttempts: 1_000 },
  )

  const files: string[] = []
  const start = (): ChildProcess => {
    const name = `encoders-${files.length}`
    const file = join(directory, name)
    files.push(file)
    const child = spawn(
      process.execPath,
      [program, url, file, name, `${encodersEach}`, `${leaseMs}`, `${seed + files.length}`],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    children.push(child)
    return child
  }
  const first = start()
  for (let index = 1; index < processes; index += 1) start()

  const submitted = await Promise.all(
    Array.from({ length: jobs }, async (_, index) => {
      const job = anEncodingJob({ owner: account(`owner-${index % 7}`) })
      return granted(await scheduler.submit(job)).id
    }),
  )

  /** Sweeps as an indexer does until so many jobs are done. */
  const untilDone = (share: number) =>
    expect
      .poll(
        async () => {
          await scheduler.sweep().catch(() => undefined)
          const { rows } = await opened.pool
            .query("select count(*)::int as done from encoding_jobs where phase = 'completed'")
            .catch(() => ({ rows: [{ done: 0 }] }))
          return rows[0].done
        },
        { timeout: 60_000, interval: 50 },
      )
      .toBeGreaterThanOrEqual(Math.floor(jobs * share))

  await untilDone(0.2)
  first.kill('SIGKILL')
  start()
  await untilDone(0.45)
  process.kill(server.pid, 'SIGKILL')
  await expect
    .poll(() => opened.pool.query('select 1').catch(() => 'gone'), { timeout: 20_000 })
    .toBe('gone')
  server = await startEmbeddedPostgres({
    directory,
    settings: { ...settings, port: new URL(url).port },
  })
  await untilDone(0.7)
  start()
  children.at(1)?.kill('SIGKILL')
  await untilDone(1)
  for (const child of children) child.kill('SIGKILL')

  type Row = {
    readonly job_id: EncodingJobId
    readonly type: EncodingEventType
    readonly phase: EncodingPhase
    readonly fields: { readonly encoder?: string; readonly fencingToken?: number }
  }
  const { rows: events } = await opened.pool.query<Row>(
    'select job_id, type, phase, fields from job_events order by job_id, sequence',
  )
  const { rows: ended } = await opened.pool.query<{
    readonly id: EncodingJobId
    readonly phase: EncodingPhase
    readonly token: number
  }>('select id, phase, fencing_token::int as token from encoding_jobs')
  expect(ended.map(({ id }) => id).sort()).toEqual([...submitted].sort())

  const notes = await notesIn(files)
  const claims = notes.filter(({ what }) => what === 'claimed')
  expect(claims.length).toBeGreaterThanOrEqual(jobs)
  expect(new Set(claims.map(({ job, token }) => `${job} ${token}`)).size).toBe(claims.length)

  for (const { id, phase, token } of ended) {
    const chain = events.filter(({ job_id }) => job_id === id)
    let state: EncodingPhase | null = null
    for (const event of chain) {
      expect(isLegalMove(state, event)).toBe(true)
      state = event.phase
    }
    expect([state, phase]).toEqual(['completed', 'completed'])
    const leases = chain.filter(({ type }) => type === 'claimed')
    expect(leases.map(({ fields }) => fields.fencingToken)).toEqual(
      leases.map((_, index) => index + 1),
    )
    for (const note of notes.filter(({ job }) => job === id)) {
      expect(leases[note.token - 1]?.fields.encoder).toBe(note.encoder)
      if (note.what === 'completed') expect(note.token).toBe(token)
    }
  }
})
