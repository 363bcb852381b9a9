import { beforeEach, expect, test, vi } from 'vitest'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { cid } from '#test/support/builders.ts'
import { createEncodeFlow } from '#ui/features/encode/encode-flow.ts'
import type { JobWatch } from '#ui/features/encode/encode-job.ts'
import type { EncodeState } from '#ui/features/encode/encode-state.ts'

const id = (digit: number): EncodingJobId =>
  EncodingJobId.parse(`00000000-0000-4000-8000-00000000000${digit}`)
const checking = (job: EncodingJobId): EncodeState =>
  ({ phase: 'checking', job, percent: 1 }) as never

/** The server and the worker, as far as the flow asks them: each step ends when the test says so. */
const steps = vi.hoisted(() => ({
  submitted: Promise.withResolvers<string>(),
  cancelled: [] as string[],
  watches: [] as unknown[],
  ends: [] as PromiseWithResolvers<unknown>[],
  lease: null as unknown,
  claiming: Promise.resolve(),
  claims: 0,
  released: [] as unknown[],
}))

vi.mock('#ui/shared/upload-source.ts', () => ({
  uploadSource: async () => ({ cid: cid('clip'), seconds: 5 }),
}))
vi.mock('#ui/features/encode/own-job.ts', () => ({
  submitJob: async () => await steps.submitted.promise,
  cancelJob: async (job: string) => void steps.cancelled.push(job),
}))
vi.mock('#ui/features/encode/kept-lease.ts', () => ({
  keptLease: () => null,
  keepLease: () => undefined,
  withKeptLease: async (_: unknown, work: () => Promise<unknown>) => await work(),
}))
vi.mock('#ui/features/encode/encode-job.ts', () => ({
  claim: async () => {
    steps.claims += 1
    await steps.claiming
    return steps.lease
  },
  release: async (lease: unknown) => void steps.released.push(lease),
  endWithoutTab: async () => null,
  isLeaseGone: () => false,
  encodeJob: async (_: unknown, __: unknown, watch: unknown) => {
    const end = Promise.withResolvers<unknown>()
    steps.watches.push(watch)
    steps.ends.push(end)
    return await end.promise
  },
}))

const file = new File(['x'], 'clip.mp4')

beforeEach(() => {
  steps.submitted = Promise.withResolvers()
  steps.lease = { jobId: id(1), encoderId: 'tab', fencingToken: 1 }
  steps.claiming = Promise.resolve()
  steps.claims = 0
  for (const list of [steps.cancelled, steps.watches, steps.ends, steps.released]) list.length = 0
})

async function encoding(flow: ReturnType<typeof createEncodeFlow>): Promise<JobWatch> {
  const before = steps.watches.length
  flow.start(file)
  steps.submitted.resolve(id(1))
  await vi.waitUntil(() => steps.watches.length > before)
  return steps.watches.at(-1) as JobWatch
}

test('what a cancelled encode still says does not come back to the page', async () => {
  const flow = createEncodeFlow()
  const watch = await encoding(flow)
  watch.onState(checking(id(1)))
  expect(flow.state().phase).toBe('checking')
  flow.cancel()
  watch.onState(checking(id(1)))
  steps.ends[0]?.resolve({ phase: 'failed', message: 'too late', next: null })
  await vi.waitUntil(() => steps.cancelled.length > 0)
  expect(flow.state().phase).toBe('idle')
  expect(steps.cancelled).toEqual([id(1)])
})

test('nor into the next one', async () => {
  const flow = createEncodeFlow()
  const first = await encoding(flow)
  flow.cancel()
  const second = await encoding(flow)
  second.onState(checking(id(2)))
  first.onState({ phase: 'failed', message: 'of before', next: null } as never)
  steps.ends[0]?.reject(new Error('of before'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(flow.state()).toMatchObject({ phase: 'checking', job: id(2) })
})

test('a job whose encode is cancelled while it is being submitted is cancelled too', async () => {
  const flow = createEncodeFlow()
  flow.start(file)
  await vi.waitUntil(() => flow.state().phase === 'waiting')
  flow.cancel()
  steps.submitted.resolve(id(1))
  await vi.waitUntil(() => steps.cancelled.length > 0)
  expect(steps.cancelled).toEqual([id(1)])
  expect(flow.state().phase).toBe('idle')
  expect(steps.watches).toEqual([])
})

test('a lease that comes in the moment of a cancel is given back at once', async () => {
  const claiming = Promise.withResolvers<void>()
  steps.claiming = claiming.promise
  const flow = createEncodeFlow()
  flow.start(file)
  steps.submitted.resolve(id(1))
  await vi.waitUntil(() => steps.claims > 0)
  flow.cancel()
  claiming.resolve()
  await vi.waitUntil(() => steps.released.length > 0)
  expect(steps.released).toEqual([steps.lease])
  expect(steps.watches).toEqual([])
})
