import { randomUUID } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { createAgentClaimStore, openLocalQueue } from '#market/adapters/sqlite/agent-store.ts'
import type { OpenedDatabase } from '#market/adapters/sqlite/database.ts'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { MarketError } from '#market/errors.ts'
import type { AgentQueue } from '#market/ports/agent-queue.ts'
import type { EncodingResult } from '#market/ports/job-scheduler.ts'
import type { AgentDesk } from '#node/agent/desk.ts'
import { createDesk } from '#node/agent/desk.ts'
import type { JobPipeline } from '#node/processing/job-pipeline.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { quickDesk } from '#test/support/agent.ts'
import { alice, cid } from '#test/support/builders.ts'
import { silent } from '#test/support/peers.ts'

const opened: OpenedDatabase[] = []
afterEach(() => {
  for (const { [Symbol.dispose]: close } of opened.splice(0)) close()
})

const result: EncodingResult = {
  ...{ outputCid: cid('tree'), manifestPath: 'manifest.json', qualities: ['480p'] },
  ...{ processingTimeSec: 2, outputSizeBytes: 1_000 },
}
const page = { key: 'page', name: 'https://pages.example' }

/** A desk over its node's own queue, whose work ends when the test says so. */
function aScene(database = openDatabase(':memory:')) {
  opened.push(database)
  let now = 1_000_000
  const clock = { now: () => now }
  const queue = openLocalQueue(database.database, clock)
  const claims = createAgentClaimStore(database.database)
  const works: PromiseWithResolvers<EncodingResult>[] = []
  const released: string[] = []
  const pipeline = {
    run: async (_: unknown, { signal }: { readonly signal: AbortSignal }) => {
      const work = Promise.withResolvers<EncodingResult>()
      signal.addEventListener('abort', () => work.reject(signal.reason), { once: true })
      works.push(work)
      return await work.promise
    },
    release: async (job: string) => void released.push(job),
  } as unknown as JobPipeline
  const stopping = new AbortController()
  const start = (wrapped: Partial<AgentQueue> = {}) => {
    const desk = createDesk(
      {
        ...{ queue: { ...queue, ...wrapped }, claims, pipeline, clock, logger: silent },
        orderOf: () => ({}) as never,
      },
      quickDesk,
    )
    const ended = desk.run(stopping.signal)
    return { desk, ended }
  }
  const add = () => {
    const id = EncodingJobId.parse(randomUUID())
    queue.add({ id, owner: alice, permlink: 'a-video', inputCid: cid('source'), qualities: [] })
    return id
  }
  const stop = async (ended: Promise<void>) => {
    stopping.abort()
    await ended
  }
  const atWork = async (desk: AgentDesk, count = 1) => {
    await vi.waitFor(() => expect(works).toHaveLength(count))
    return desk.status()
  }
  return {
    queue,
    claims,
    works,
    released,
    start,
    add,
    stop,
    atWork,
    wait: (ms: number) => (now += ms),
  }
}

test('a job that waits is claimed, worked on and completed, and the agent says so all along', async () => {
  const { queue, claims, works, start, add, stop, atWork } = aScene()
  const { desk, ended } = start()
  await vi.waitFor(() => expect(desk.status().status).toBe('ready'))
  const job = add()
  expect(await atWork(desk)).toMatchObject({
    status: 'busy',
    jobsInProgress: 1,
    work: { jobId: job },
  })
  works[0]!.resolve(result)
  await vi.waitFor(() =>
    expect(queue.find(job)).toMatchObject({ phase: 'completed', outputCid: result.outputCid }),
  )
  await vi.waitFor(() =>
    expect(desk.status()).toMatchObject({
      status: 'ready',
      work: null,
      ended: [{ outcome: 'completed' }],
    }),
  )
  expect(claims.all()).toEqual([])
  await stop(ended)
})

test('nobody gets a second job while the agent looks whether its old one is still its own', async () => {
  const { queue, claims, works, start, add, stop, atWork } = aScene()
  add()
  add()
  const claim = await queue.claim()
  if (!claim) throw new Error('a job waits')
  claims.save(claim)
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const renew: AgentQueue['renew'] = async (lease) => {
    asked.resolve()
    await answer.promise
    await queue.renew(lease)
  }
  const { desk, ended } = start({ renew })
  await asked.promise
  await expect(desk.claim(page)).rejects.toMatchObject({ code: 'node-unready' })
  answer.resolve()
  expect(await atWork(desk)).toMatchObject({ work: { jobId: claim.jobId }, jobsInProgress: 1 })
  expect(works).toHaveLength(1)
  await stop(ended)
})

test('whoever has claimed a job takes its work over with the first report, and its result is the one', async () => {
  const { queue, works, released, start, add, stop, atWork } = aScene()
  const { desk, ended } = start()
  desk.setPaused(true)
  await vi.waitFor(() => expect(desk.status().obstacle).toBe('its owner has paused it'))
  const job = add()
  await expect(desk.claim(page)).rejects.toMatchObject({ code: 'node-unready' })
  desk.setPaused(false)
  expect((await desk.claim(page)).jobId).toBe(job)
  await atWork(desk)
  const stranger = { key: 'other', name: 'https://other.example' }
  const report = { stage: 'encoding', stageProgress: 40 } as const
  await expect(desk.report(job, stranger, report)).rejects.toMatchObject({ code: 'not-holder' })
  await desk.report(job, page, report)
  expect(desk.status().work).toMatchObject({ worker: page.name, percent: 40, overall: 42 })
  await expect(works[0]!.promise).rejects.toMatchObject({ code: 'cancelled' })
  await desk.complete(job, page, result)
  await desk.complete(job, page, result)
  await expect(desk.complete(job, stranger, result)).rejects.toMatchObject({ code: 'not-holder' })
  expect(queue.find(job)?.phase).toBe('completed')
  expect(works).toHaveLength(1)
  expect(released).toHaveLength(1)
  await stop(ended)
})

test('the agent goes on with a job whose claimer falls silent', async () => {
  const { works, start, add, stop, atWork, wait } = aScene()
  const { desk, ended } = start()
  await vi.waitFor(() => expect(desk.status().status).toBe('ready'))
  desk.setPaused(true)
  const job = add()
  desk.setPaused(false)
  await desk.claim(page)
  await desk.report(job, page, { stage: 'downloading', stageProgress: 1 })
  wait(quickDesk.silenceMs)
  await atWork(desk, works.length + 1)
  expect(desk.status().work?.worker).toBe('this agent')
  await stop(ended)
})

test('a node that is stopped gives its job back unharmed', async () => {
  const { queue, claims, released, start, add, stop, atWork } = aScene()
  const { desk, ended } = start()
  const job = add()
  await atWork(desk)
  await stop(ended)
  expect(queue.find(job)).toMatchObject({ phase: 'queued', attempts: 0 })
  expect(claims.all()).toEqual([])
  expect(released).toHaveLength(1)
  expect(desk.status()).toMatchObject({ status: 'offline', obstacle: 'it is being stopped' })
})

test('a start after a kill goes on with the job, and hands a finished result in without encoding again', async () => {
  const database = openDatabase(':memory:')
  const first = aScene(database)
  const job = first.add()
  const claim = await first.queue.claim()
  if (!claim) throw new Error('a job waits')
  first.claims.save(claim)
  const second = aScene(database)
  const resumed = second.start()
  await second.atWork(resumed.desk)
  second.claims.saveResult(job, result)
  const third = aScene(database)
  const again = third.start()
  await vi.waitFor(() => expect(third.queue.find(job)?.phase).toBe('completed'))
  expect(third.works).toHaveLength(0)
  await third.stop(again.ended)
  await second.stop(resumed.ended)
})

test.each([
  ['its own is kept', true],
  ['which is no more is let go', false],
])('what a killed process had made for a job that has ended meanwhile: %s', async (_, isOwn) => {
  const { queue, claims, released, works, start, add, stop } = aScene()
  const job = add()
  const claim = await queue.claim()
  if (!claim) throw new Error('a job waits')
  claims.save(claim)
  claims.saveResult(job, result)
  await queue.complete(claim, isOwn ? result : { ...result, outputCid: cid('another tree') })
  const ended = async () => {
    throw new MarketError('job-ended', 'The job has ended.')
  }
  const { desk, ended: stopped } = start({
    renew: ended,
    complete: async (_claim, { outputCid }) => {
      if (queue.find(job)?.outputCid !== outputCid) await ended()
    },
  })
  await vi.waitFor(() => expect(desk.status().status).toBe('ready'))
  await vi.waitFor(() => expect(claims.all()).toEqual([]))
  expect(released).toHaveLength(isOwn ? 0 : 1)
  expect(works).toHaveLength(0)
  await stop(stopped)
})

test('a job that was lost to somebody else is let go, and its work ends', async () => {
  const { works, released, start, add, stop, atWork } = aScene()
  const gone = async () => {
    throw new MarketError('lease-expired', 'The lease has run out; claim again.')
  }
  const { desk, ended } = start({ renew: gone })
  add()
  await atWork(desk)
  await expect(works[0]!.promise).rejects.toMatchObject({ code: 'lease-expired' })
  await vi.waitFor(() => expect(desk.status().ended[0]).toMatchObject({ outcome: 'lost' }))
  expect(released).toHaveLength(1)
  await stop(ended)
})

test('work that fails is told with its kind, and tried again no more than it is worth', async () => {
  const { queue, works, start, add, stop, atWork, wait } = aScene()
  const { desk, ended } = start()
  const hopeless = add()
  await atWork(desk)
  works[0]!.reject(new MarketError('input-no-video', 'There is no video in it.'))
  await vi.waitFor(() =>
    expect(queue.find(hopeless)).toMatchObject({
      phase: 'failed',
      attempts: 1,
      error: 'There is no video in it.',
    }),
  )
  const unlucky = add()
  for (const attempt of [1, 2, 3]) {
    await atWork(desk, attempt + 1)
    works[attempt]!.reject(new MarketError('ffmpeg-failed', 'FFmpeg broke down.'))
    await vi.waitFor(() => expect(queue.find(unlucky)?.attempts).toBe(attempt))
    wait(60_000)
  }
  expect(queue.find(unlucky)?.phase).toBe('failed')
  await stop(ended)
})

test('an agent whose queue is out of reach is offline, and says why', async () => {
  const { start, stop } = aScene()
  const { desk, ended } = start({
    beat: async () => {
      throw new MarketError('peer-unreachable', 'The indexer cannot be reached.')
    },
  })
  await vi.waitFor(() =>
    expect(desk.status()).toMatchObject({
      status: 'offline',
      obstacle: 'The indexer cannot be reached.',
    }),
  )
  await stop(ended)
})
