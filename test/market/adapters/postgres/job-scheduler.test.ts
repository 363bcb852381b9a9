import { expect, test } from 'vitest'
import { ofAnybody, ofOwner } from '#market/adapters/postgres/scheduler/claim.ts'
import { listStatement } from '#market/adapters/postgres/scheduler/list.ts'
import { expire, forget, lost } from '#market/adapters/postgres/scheduler/sweep.ts'
import type { EncodingEvent, JobPage, JobQuery, Lease } from '#market/ports/job-scheduler.ts'
import { JobId } from '#protocol/ids.ts'
import { account, alice, bob, carol } from '#test/support/builders.ts'
import {
  aCid,
  anEncodingJob,
  aResult,
  claimed,
  granted,
  leaseOf,
} from '#test/support/encoding-jobs.ts'
import { everyChoice } from '#test/support/every-choice.ts'
import { openTestScheduler } from '#test/support/scheduler.ts'

const carols = { id: 'carols-node', owner: carol }
const refusal = (name: string) => ({ ok: false, refusal: name })

test('a job is submitted once, whoever sends it again', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const job = anEncodingJob({ tiers: ['agent', 'browser', 'community'] })
  const first = granted(await scheduler.submit(job))
  expect(first).toMatchObject({ phase: 'queued', tier: 'agent', isShort: true, result: null })
  expect(granted(await scheduler.submit(job))).toEqual(first)
  expect(await scheduler.submit({ ...job, owner: bob })).toEqual(refusal('id-taken'))
  expect(await scheduler.submit(anEncodingJob({ budget: null }))).toEqual(refusal('no-tier'))
  expect(await scheduler.eventsAfter(job.id, 0, 10)).toMatchObject([
    { type: 'submitted', phase: 'queued', owner: alice },
  ])
})

test('a job goes from claim through progress to its end, and each step is one event', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const { id } = granted(await scheduler.submit(anEncodingJob()))
  const job = await claimed(scheduler, carols)
  expect(job).toMatchObject({ id, phase: 'leased', assignedEncoderId: carols.id, fencingToken: 1 })
  const lease = leaseOf(job)
  const report = { stage: 'encoding', stageProgress: 50 } as const
  expect(granted(await scheduler.reportProgress(lease, report))).toMatchObject({
    ...{ currentStage: 'encoding', stageProgress: 50, progress: 50 },
  })
  const behind = { stage: 'downloading', stageProgress: 99 } as const
  expect(granted(await scheduler.reportProgress(lease, behind))).toMatchObject({
    ...{ currentStage: 'encoding', stageProgress: 50, progress: 50 },
  })
  granted(await scheduler.renewLease(lease))
  const done = granted(await scheduler.completeJob(lease, aResult()))
  expect(done).toMatchObject({ phase: 'completed', progress: 100, result: aResult() })
  expect((await scheduler.eventsAfter(id, 0, 10)).map(({ type }) => type)).toEqual([
    ...['submitted', 'claimed', 'progress', 'completed'],
  ])
})

test('late, repeated and foreign calls are refused by name and change nothing', async () => {
  await using queue = await openTestScheduler()
  const { scheduler, query } = queue
  granted(await scheduler.submit(anEncodingJob()))
  const lease = leaseOf(await claimed(scheduler, carols))
  const calls = (shown: typeof lease) => [
    scheduler.renewLease(shown),
    scheduler.reportProgress(shown, { stage: 'uploading', stageProgress: 1 }),
    scheduler.releaseJob(shown, 'tired'),
    scheduler.completeJob(shown, aResult()),
    scheduler.failJob(shown, { class: 'device', message: 'broke' }),
  ]
  const state = () =>
    query('select j.*, (select count(*) from job_events) as events from encoding_jobs j')
  const expectAll = async (shown: typeof lease, name: string) => {
    const before = await state()
    for (const outcome of calls(shown)) expect(await outcome).toEqual(refusal(name))
    expect(await state()).toEqual(before)
  }
  await expectAll({ ...lease, encoder: 'somebody' }, 'not-holder')
  await expectAll({ ...lease, fencingToken: lease.fencingToken + 1 }, 'stale-token')
  await expectAll({ ...lease, job: anEncodingJob().id }, 'not-found')
  await queue.letTimePass('lease_expires_at')
  await expectAll(lease, 'lease-expired')
  expect(await scheduler.sweep()).toMatchObject({ leasesLost: 1 })
  await expectAll(lease, 'lease-expired')
  const second = leaseOf(await claimed(scheduler, carols))
  await expectAll(lease, 'stale-token')
  granted(await scheduler.completeJob(second, aResult()))
  const before = await state()
  expect(granted(await scheduler.completeJob(second, aResult())).phase).toBe('completed')
  expect(await state()).toEqual(before)
  expect(await scheduler.completeJob(second, aResult({ outputSizeBytes: 1 }))).toEqual(
    refusal('ended'),
  )
  expect(await scheduler.completeJob(lease, aResult())).toEqual(refusal('ended'))
  expect(await scheduler.reportProgress(second, { stage: 'uploading', stageProgress: 1 })).toEqual(
    refusal('ended'),
  )
  expect(await state()).toEqual(before)
})

test('callers at once get a job each, and nobody the same', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const ids: string[] = []
  for (const owner of [alice, alice, alice, bob, bob, carol])
    ids.push(granted(await scheduler.submit(anEncodingJob({ owner }))).id)
  const claims = await Promise.all(
    Array.from({ length: 9 }, (_, index) =>
      scheduler.claimJob({ id: `node-${index}`, owner: carol }, ['community']),
    ),
  )
  const jobs = claims.filter((job) => job !== null)
  expect(jobs.map(({ id }) => id).sort()).toEqual(ids.sort())
  for (const [index, job] of claims.entries())
    if (job) expect(job).toMatchObject({ assignedEncoderId: `node-${index}`, fencingToken: 1 })
  const outcomes = await Promise.all(
    jobs.map((job, index) =>
      scheduler.completeJob(leaseOf(job), aResult({ outputSizeBytes: index })),
    ),
  )
  expect(outcomes.map((outcome) => granted(outcome).result?.outputSizeBytes)).toEqual([
    ...[0, 1, 2, 3, 4, 5],
  ])
  for (const { id } of jobs)
    expect((await scheduler.eventsAfter(id, 0, 10)).map(({ type }) => type)).toEqual([
      ...['submitted', 'claimed', 'completed'],
    ])
})

test('of completions at once each is judged by itself', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const leases: Lease[] = []
  for (let index = 0; index < 5; index += 1) {
    granted(await scheduler.submit(anEncodingJob()))
    leases.push(leaseOf(await claimed(scheduler, carols)))
  }
  const [good, twice, foreign, stale, unwritable] = leases as [Lease, Lease, Lease, Lease, Lease]
  const complete = (lease: Lease, result = aResult()) => scheduler.completeJob(lease, result)
  const outcomes = await Promise.allSettled([
    complete(good),
    complete(twice),
    complete(twice),
    complete(twice, aResult({ outputSizeBytes: 1 })),
    complete({ ...foreign, encoder: 'somebody' }),
    complete({ ...stale, fencingToken: 7 }),
    complete({ ...good, job: anEncodingJob().id }),
    complete(unwritable, aResult({ manifestPath: '\0' })),
  ])
  const told = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') return 'rejected'
    return outcome.value.ok ? outcome.value.value.phase : outcome.value.refusal
  })
  expect(told).toEqual([
    ...['completed', 'completed', 'completed', 'ended'],
    ...['not-holder', 'stale-token', 'not-found', 'rejected'],
  ])
  expect(granted(await complete(foreign)).phase).toBe('completed')
  expect(await scheduler.find(unwritable.job)).toMatchObject({ phase: 'leased', result: null })
  expect((await scheduler.eventsAfter(twice.job, 0, 10)).map(({ type }) => type)).toEqual([
    ...['submitted', 'claimed', 'completed'],
  ])
})

test('a completion waits for who has the row in hand, and those beside it do not', async () => {
  await using queue = await openTestScheduler()
  const { scheduler, pool } = queue
  const leases: Lease[] = []
  for (let index = 0; index < 2; index += 1) {
    granted(await scheduler.submit(anEncodingJob()))
    leases.push(leaseOf(await claimed(scheduler, carols)))
  }
  const [held, free] = leases as [Lease, Lease]
  const client = await pool.connect()
  await client.query('begin')
  await client.query('select 1 from encoding_jobs where id = $1 for update', [held.job])
  let isOver = false
  const late = scheduler.completeJob(held, aResult()).finally(() => {
    isOver = true
  })
  expect(granted(await scheduler.completeJob(free, aResult())).phase).toBe('completed')
  expect(isOver).toBe(false)
  await client.query('commit')
  client.release()
  expect(granted(await late).phase).toBe('completed')
})

test('agents and browsers get jobs of their owner only, the community those of anybody', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const own = granted(await scheduler.submit(anEncodingJob({ tiers: ['agent'] })))
  const page = granted(await scheduler.submit(anEncodingJob({ tiers: ['browser'] })))
  const paid = granted(await scheduler.submit(anEncodingJob()))
  expect(await scheduler.claimJob(carols, ['agent', 'browser'])).toBeNull()
  const alices = { id: 'alices-desktop', owner: alice }
  expect((await claimed(scheduler, alices, ['browser', 'agent'])).id).toBe(own.id)
  expect((await claimed(scheduler, alices, ['browser'])).id).toBe(page.id)
  expect((await claimed(scheduler, carols)).id).toBe(paid.id)
})

test('an owner with one job need not wait for another owner with many', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const submit = async (owner: string, count: number) => {
    for (let index = 0; index < count; index += 1)
      granted(await scheduler.submit(anEncodingJob({ owner: account(owner) })))
  }
  const next = async () => (await claimed(scheduler, carols)).owner
  await submit('alice', 20)
  expect([await next(), await next()]).toEqual(['alice', 'alice'])
  await submit('bob', 2)
  await submit('dan', 1)
  const order = [await next(), await next(), await next(), await next(), await next(), await next()]
  expect(order).toEqual(['alice', 'alice', 'bob', 'dan', 'alice', 'bob'])
})

test('a stream of newcomers does not keep an owner from its turn', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  for (let index = 0; index < 3; index += 1) granted(await scheduler.submit(anEncodingJob()))
  const served: string[] = []
  for (let index = 0; index < 12; index += 1) {
    granted(await scheduler.submit(anEncodingJob({ owner: account(`newcomer-${index}`) })))
    served.push((await claimed(scheduler, carols)).owner)
  }
  expect(served.filter((owner) => owner === alice)).toHaveLength(3)
})

test('a failed attempt rests, comes back, and ends the job when the attempts are used up', async () => {
  await using queue = await openTestScheduler({ maxAttempts: 2 })
  const { scheduler } = queue
  const { id } = granted(await scheduler.submit(anEncodingJob()))
  const failure = { class: 'device', message: 'FFmpeg fell over' } as const
  const lease = leaseOf(await claimed(scheduler, carols))
  const resting = granted(await scheduler.failJob(lease, failure))
  expect(resting).toMatchObject({ phase: 'queued', attempts: 1, lastErrorClass: 'device' })
  expect(resting.nextRetryAt).not.toBeNull()
  expect(await scheduler.claimJob(carols, ['community'])).toBeNull()
  await queue.letTimePass('next_retry_at')
  const again = leaseOf(await claimed(scheduler, carols))
  expect(granted(await scheduler.failJob(again, failure))).toMatchObject({
    ...{ id, phase: 'failed', attempts: 2, lastError: failure.message },
  })
  expect(granted(await scheduler.failJob(again, failure)).phase).toBe('failed')
})

test('a network failure costs no attempt, and rests longer each time', async () => {
  await using queue = await openTestScheduler({ maxAttempts: 1 })
  const { scheduler } = queue
  granted(await scheduler.submit(anEncodingJob()))
  const rests: number[] = []
  for (let index = 0; index < 3; index += 1) {
    const lease = leaseOf(await claimed(scheduler, carols))
    const job = granted(await scheduler.failJob(lease, { class: 'network', message: 'no answer' }))
    expect(job).toMatchObject({ phase: 'queued', attempts: 0 })
    rests.push((job.nextRetryAt?.getTime() ?? 0) - job.updatedAt.getTime())
    await queue.letTimePass('next_retry_at')
  }
  expect(rests).toEqual([1_000, 2_000, 4_000])
})

test('a job falls to the next tier when its encoder cannot, and when nobody takes it in time', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const tiers = ['agent', 'browser', 'community'] as const
  const { id } = granted(await scheduler.submit(anEncodingJob({ tiers })))
  const lease = leaseOf(await claimed(scheduler, { id: 'desktop', owner: alice }, ['agent']))
  const unable = { class: 'unsupported-here', message: 'no such codec' } as const
  expect(granted(await scheduler.failJob(lease, unable))).toMatchObject({ tier: 'browser' })
  expect((await scheduler.sweep()).fallen).toBe(0)
  await queue.letTimePass('tier_entered_at')
  expect((await scheduler.sweep()).fallen).toBe(1)
  expect((await claimed(scheduler, carols)).id).toBe(id)
  expect((await scheduler.eventsAfter(id, 0, 10)).map(({ type }) => type)).toEqual([
    ...['submitted', 'claimed', 'retried', 'fell', 'claimed'],
  ])
})

test('many jobs that fall at once still take turns with others', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  for (let index = 0; index < 5; index += 1)
    granted(await scheduler.submit(anEncodingJob({ tiers: ['agent', 'community'] })))
  await queue.letTimePass('tier_entered_at')
  expect((await scheduler.sweep()).fallen).toBe(5)
  granted(await scheduler.submit(anEncodingJob({ owner: bob })))
  const owners: string[] = []
  for (let index = 0; index < 3; index += 1) owners.push((await claimed(scheduler, carols)).owner)
  expect(owners).toContain('bob')
})

test('a job whose holders die one after the other fails in the end', async () => {
  await using queue = await openTestScheduler({ maxAttempts: 2 })
  const { scheduler } = queue
  const { id } = granted(await scheduler.submit(anEncodingJob()))
  for (let index = 0; index < 2; index += 1) {
    await claimed(scheduler, carols)
    await queue.letTimePass('lease_expires_at')
    await scheduler.sweep()
  }
  expect(await scheduler.find(id)).toMatchObject({ phase: 'failed', lastErrorClass: 'lease-lost' })
  expect((await scheduler.getQueueDepth()).leasesLostLastHour).toBe(2)
})

test('a job that is given back goes to the next who asks, and costs nothing', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  granted(await scheduler.submit(anEncodingJob()))
  const lease = leaseOf(await claimed(scheduler, carols))
  expect(granted(await scheduler.releaseJob(lease, 'shutting down'))).toMatchObject({
    ...{ phase: 'queued', assignedEncoderId: null, attempts: 0 },
  })
  expect(await claimed(scheduler, { id: 'other', owner: bob })).toMatchObject({ fencingToken: 2 })
})

test('an owner may end a job in any phase, and only once', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const { id } = granted(await scheduler.submit(anEncodingJob()))
  const lease = leaseOf(await claimed(scheduler, carols))
  expect(granted(await scheduler.cancel(id, 'changed my mind')).phase).toBe('cancelled')
  expect(granted(await scheduler.cancel(id, 'again')).phase).toBe('cancelled')
  expect(await scheduler.completeJob(lease, aResult())).toEqual(refusal('ended'))
  expect(await scheduler.cancel(anEncodingJob().id, '')).toEqual(refusal('not-found'))
  const resting = granted(await scheduler.submit(anEncodingJob()))
  const failing = leaseOf(await claimed(scheduler, carols))
  granted(await scheduler.failJob(failing, { class: 'network', message: 'no answer' }))
  expect(granted(await scheduler.cancel(resting.id, 'enough')).phase).toBe('cancelled')
})

test('a job that nobody finishes expires, and is forgotten long after its end', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const { id } = granted(await scheduler.submit(anEncodingJob({ expiresAt: new Date(0) })))
  expect(await scheduler.claimJob(carols, ['community'])).toBeNull()
  expect(await scheduler.sweep()).toMatchObject({ expired: 1, removed: 0 })
  expect((await scheduler.find(id))?.phase).toBe('expired')
  await queue.letTimePass('finished_at')
  expect(await scheduler.sweep()).toMatchObject({ expired: 0, removed: 1 })
  expect(await scheduler.find(id)).toBeNull()
})

test('the id on the chain is noted once, while the job is under way', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const { id } = granted(await scheduler.submit(anEncodingJob()))
  const offered = JobId.parse('alice:0123456789abcdef')
  expect(granted(await scheduler.noteMarketJob(id, offered)).marketJob).toBe(offered)
  expect(granted(await scheduler.noteMarketJob(id, offered)).marketJob).toBe(offered)
  const other = JobId.parse('alice:fedcba9876543210')
  expect(await scheduler.noteMarketJob(id, other)).toEqual(refusal('id-taken'))
  expect(await scheduler.eventsAfter(id, 0, 10)).toHaveLength(2)
})

test('depth tells of each tier what waits, rests and runs', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  for (let index = 0; index < 3; index += 1) granted(await scheduler.submit(anEncodingJob()))
  granted(await scheduler.submit(anEncodingJob({ tiers: ['agent'] })))
  const lease = leaseOf(await claimed(scheduler, carols))
  await claimed(scheduler, carols)
  granted(await scheduler.failJob(lease, { class: 'resource', message: 'disk full' }))
  const { tiers } = await scheduler.getQueueDepth()
  expect(tiers.community).toMatchObject({ queued: 1, resting: 1, leased: 1 })
  expect(tiers.agent).toMatchObject({ queued: 1, resting: 0, leased: 0 })
  expect(tiers.agent.oldestQueuedSeconds).toBeGreaterThanOrEqual(0)
  expect(tiers.browser.oldestQueuedSeconds).toBeNull()
})

test('pages follow each other without a gap or a repeat, whatever the filter', async () => {
  await using queue = await openTestScheduler()
  const { scheduler } = queue
  const owners = [alice, bob]
  for (let index = 0; index < 12; index += 1)
    granted(await scheduler.submit(anEncodingJob({ owner: owners[index % 2] ?? alice })))
  // Equal moments must not confuse a page.
  await queue.query("update encoding_jobs set created_at = date_trunc('hour', created_at)")
  for (let index = 0; index < 4; index += 1) await claimed(scheduler, carols)
  const walk = async (query: Partial<JobQuery>): Promise<readonly string[]> => {
    const ids: string[] = []
    let page: JobPage = await scheduler.list({ ...query, limit: 3 })
    ids.push(...page.jobs.map(({ id }) => id))
    while (page.next !== null) {
      page = await scheduler.list({ ...query, limit: 3, after: page.next })
      ids.push(...page.jobs.map(({ id }) => id))
    }
    expect(new Set(ids).size).toBe(ids.length)
    return ids
  }
  expect(await walk({ tier: 'agent' })).toHaveLength(0)
  const { jobs: all } = await scheduler.list({ limit: 100 })
  expect(all).toHaveLength(12)
  const asked = { owner: bob, encoder: carols.id, phase: 'leased', tier: 'community' } as const
  for (const filter of everyChoice<Partial<JobQuery>>(asked)) {
    const { encoder: assignedEncoderId, ...shared } = filter
    const fitting = { ...shared, ...(assignedEncoderId && { assignedEncoderId }) }
    const expected = all.filter((job) => isMatch(job, fitting)).map(({ id }) => id)
    expect(expected.length).toBeGreaterThan(0)
    expect(await walk(filter)).toEqual(expected)
  }
  for (const owner of [alice, bob])
    expect(await walk({ owner, phase: 'queued' })).toEqual(
      all.filter((job) => isMatch(job, { owner, phase: 'queued' })).map(({ id }) => id),
    )
})

test('lists, sweeps and claims of a long queue read an index, a page of a list nothing else', async () => {
  await using queue = await openTestScheduler()
  await queue.query(
    `insert into encoding_jobs (
       owner, permlink, input_cid, is_short, qualities, tiers, tier, turn, expires_at, created_at,
       phase, assigned_encoder_id, output_cid, finished_at
     )
     select 'owner-' || n % 50, 'p', $1, true, '{480p}', '{community}', 'community', n / 50, now() + interval '1 day', now() - n * interval '1 s',
       case when n % 4 = 0 then 'completed' else 'queued' end, case when n % 4 = 0 then 'encoder-' || n % 20 end,
       case when n % 4 = 0 then $1 end, case when n % 4 = 0 then now() - n * interval '1 s' end
     from generate_series(1, 20000) n`,
    [aCid],
  )
  // A page that another transaction might not see yet is looked up, index or not.
  const settled = `select 1 from pg_class where relname = 'encoding_jobs' and relallvisible > 0.9 * relpages`
  await expect
    .poll(
      async () => {
        await queue.query('vacuum analyze encoding_jobs')
        return (await queue.query(settled)).length
      },
      { timeout: 20_000 },
    )
    .toBe(1)
  const plan = async (text: string, values: readonly unknown[]) =>
    JSON.stringify(await queue.query(`explain (format json) ${text}`, values))
  const after = { createdAt: new Date(), id: anEncodingJob().id }
  const filters = everyChoice<Partial<JobQuery>>({
    ...{ owner: account('owner-4'), encoder: 'encoder-4' },
    ...{ phase: 'completed', tier: 'community' },
  })
  expect(filters).toHaveLength(16)
  for (const filter of filters)
    for (const place of [{}, { after }]) {
      const { text, values } = listStatement({ ...filter, ...place, limit: 20 })
      const read = await plan(text, values)
      expect(read).toContain('"Index Only Scan"')
      expect(read).not.toMatch(/Seq Scan|Bitmap|"Sort"/)
      // Only the jobs of the page are looked up, by their ids.
      expect(read.match(/"Index Scan"[^{}]*?"Index Name":"(\w+)"/g)).toHaveLength(1)
      expect(read).toMatch(/"Index Scan"[^{}]*?"Index Name":"encoding_jobs_pkey"/)
    }
  for (const [text, values] of [
    [lost, []],
    [expire, []],
    [forget, [18_000_000]],
  ] as const) {
    const read = await plan(text, values)
    expect(read).toContain('encoding_jobs_due')
    expect(read).not.toMatch(/"Seq Scan"[^{}]*"encoding_jobs"/)
  }
  const claims = [
    [ofAnybody(1).text, ['community', ['x'], 1_000]],
    [ofAnybody(16).text, ['community', Array(16).fill('x'), 1_000]],
    [ofOwner.text, ['community', ['x'], 1_000, 'owner-1']],
  ] as const
  for (const [text, values] of claims) {
    const read = await plan(text, values)
    expect(read).toContain('encoding_jobs_claimable')
    // Those that were picked are put in order once more: never the whole line.
    expect(read).not.toMatch(/"Seq Scan"|Bitmap|"Sort"[^{}]*"Plans":\[\{"Node Type":"Index Scan"/)
  }
})

function isMatch(job: object, fitting: object): boolean {
  const fields = new Map(Object.entries(job))
  return Object.entries(fitting).every(([name, value]) => fields.get(name) === value)
}

test('events of all jobs come once each, past numbers that nobody will ever have', async () => {
  await using queue = await openTestScheduler()
  const { scheduler, query } = queue
  const first = granted(await scheduler.submit(anEncodingJob()))
  const second = granted(await scheduler.submit(anEncodingJob({ owner: bob })))
  await query("select nextval('job_events_sequence_seq')")
  granted(await scheduler.cancel(first.id, 'no'))
  const events: EncodingEvent[] = []
  // A transaction under way in any database of the server may hold back the last of them.
  await expect
    .poll(async () => {
      events.push(...(await scheduler.allEventsAfter(events.at(-1)?.sequence ?? 0, 10)))
      return events.map(({ job, type }) => [job, type])
    })
    .toEqual([
      [first.id, 'submitted'],
      [second.id, 'submitted'],
      [first.id, 'cancelled'],
    ])
})

test('an event whose transaction is under way holds back those after it', async () => {
  await using queue = await openTestScheduler()
  const { scheduler, pool } = queue
  const slow = granted(await scheduler.submit(anEncodingJob()))
  const quick = granted(await scheduler.submit(anEncodingJob()))
  const start = (await scheduler.allEventsAfter(0, 10)).at(-1)?.sequence ?? 0
  const client = await pool.connect()
  await client.query('begin')
  await client.query('update encoding_jobs set updated_at = now() where id = $1', [slow.id])
  await client.query(
    "insert into job_events (job_id, type, phase, fields) values ($1, 'progress', 'queued', '{}')",
    [slow.id],
  )
  granted(await scheduler.cancel(quick.id, 'no'))
  expect(await scheduler.allEventsAfter(start, 10)).toEqual([])
  await client.query('commit')
  client.release()
  expect(await scheduler.allEventsAfter(start, 10)).toMatchObject([
    { job: slow.id },
    { job: quick.id },
  ])
})

test('who watches is called for events of other processes, and again after its connection broke', async () => {
  await using queue = await openTestScheduler()
  const { scheduler, query } = queue
  const stop = new AbortController()
  let calls = 0
  const watching = scheduler.watch(() => {
    calls += 1
  }, stop.signal)
  await expect.poll(() => calls).toBe(1)
  granted(await scheduler.submit(anEncodingJob()))
  await expect.poll(() => calls).toBeGreaterThan(1)
  await query("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'")
  const before = calls
  await expect.poll(() => calls, { timeout: 10_000 }).toBeGreaterThan(before)
  stop.abort()
  await watching
})
