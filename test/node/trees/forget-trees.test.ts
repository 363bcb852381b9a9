import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EncodingJob } from '#market/ports/job-scheduler.ts'
import { createForgetTrees } from '#node/trees/forget-trees.ts'
import { formatTreeOwner, parseTreeOwner } from '#node/trees/tree-owner.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Cid } from '#protocol/ids.ts'
import { alice, cid, jobId } from '#test/support/builders.ts'
import type { TestStore } from '#test/support/content.ts'
import { openTestStore } from '#test/support/content.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

const job = EncodingJobId.parse(randomUUID())
const [root, other] = [cid('tree'), cid('another tree')]
const day = 86_400_000
const handed = formatTreeOwner({ type: 'handed', job, fencingToken: 3 })
const delivered = formatTreeOwner({ type: 'delivered', job })
const coming = formatTreeOwner({ type: 'coming', job })

let store: TestStore
let known: Partial<EncodingJob> | null
let asked: number
let now: number

beforeEach(async () => {
  store = await openTestStore(await makeFolder())
  asked = 0
  now = Date.UTC(2026, 0, 20)
})
afterEach(async () => await store[Symbol.asyncDispose]())

const forgetTrees = () =>
  createForgetTrees({
    scheduler: {
      find: async () => {
        asked += 1
        return known && ({ id: job, owner: alice, marketJob: null, ...known } as EncodingJob)
      },
    },
    pins: store.pins,
    now: () => now,
  })
/** What is still kept once one look was had at a job as it is now. */
async function keptOf(owner: string, now: Partial<EncodingJob> | null, kept: Cid = root) {
  store.pins.pin(kept, owner)
  known = now
  await forgetTrees()()
  return store.pins.pinned().includes(kept)
}
const ended = { finishedAt: new Date(Date.UTC(2026, 0, 19)), result: null, fencingToken: 3 }
const completed = { ...ended, phase: 'completed', result: { outputCid: root } } as EncodingJob

test.each(['failed', 'cancelled', 'expired'] as const)(
  'what was handed in for a job that is %s is let go',
  async (phase) => {
    expect(await keptOf(handed, { ...ended, phase })).toBe(false)
  },
)

test('the tree of a job that is done is kept, and nobody asks again', async () => {
  store.pins.pin(root, handed)
  known = completed
  const round = forgetTrees()
  await round()
  known = null
  expect([await round(), asked]).toEqual([0, 1])
  expect(store.pins.pinned()).toEqual([root])
})

test('a tree that is not the one its job ended with is let go', async () => {
  expect(await keptOf(handed, completed, other)).toBe(false)
})

test('a holder’s tree waits for its lease, and goes with it', async () => {
  const leased = { ...ended, phase: 'leased', finishedAt: null } as const
  expect(await keptOf(handed, leased)).toBe(true)
  expect(await keptOf(handed, { ...leased, fencingToken: 4 })).toBe(false)
  expect(await keptOf(handed, { ...leased, phase: 'queued' })).toBe(false)
})

test('a lost lease takes nothing from the one that follows it', async () => {
  store.pins.pin(root, handed)
  store.pins.pin(root, formatTreeOwner({ type: 'handed', job, fencingToken: 4 }))
  known = { ...ended, phase: 'leased', finishedAt: null, fencingToken: 4 }
  expect(await forgetTrees()()).toBe(1)
  expect(store.pins.pinned()).toEqual([root])
})

test('what the chain delivered stays whatever became of the job here, and what an agent once brought does not', async () => {
  const failed = { ...ended, phase: 'failed' } as const
  expect(await keptOf(delivered, { ...failed, marketJob: jobId('alice') })).toBe(true)
  expect(await keptOf(delivered, { ...ended, phase: 'leased' })).toBe(true)
  expect(await keptOf(delivered, failed)).toBe(false)
})

test('what is on its way is let go once nobody seeks it any more', async () => {
  expect(await keptOf(coming, completed)).toBe(true)
  now += 7 * day
  expect(await keptOf(coming, completed)).toBe(false)
  expect(await keptOf(coming, null)).toBe(false)
})

test('pins of anything else are left alone, and nobody is asked about them', async () => {
  for (const owner of ['upload:1', `browser:${job}`, 'job:1/2', jobId('alice')])
    expect([owner, await keptOf(owner, null)]).toEqual([owner, true])
  expect(asked).toBe(0)
})

test('names of owners are read as they are written', () => {
  for (const type of ['delivered', 'coming'] as const)
    expect(parseTreeOwner(formatTreeOwner({ type, job }))).toEqual({ type, job })
  expect(parseTreeOwner(handed)).toEqual({ type: 'handed', job, fencingToken: 3 })
})
