import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { marketJobOf } from '#market/domain/market-job-of.ts'
import type { UnofferedJob } from '#market/ports/waiting-offers.ts'
import {
  createOfferWaitingJobs,
  ForeignSourceError,
} from '#market/services/creator/offer-waiting-jobs.ts'
import type { JobRequest } from '#market/services/creator/post-job.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Cid, JobId } from '#protocol/ids.ts'
import { alice, cid, hbd } from '#test/support/builders.ts'

const source = cid('a video')
const aJob = (budget: bigint, inputCid: Cid = source): UnofferedJob => ({
  ...{ id: EncodingJobId.parse(randomUUID()), inputCid, budget: hbd(budget) },
})

/** A node that finds every source under the same id. */
function aNode({
  limit,
  release = null,
  jobs,
  own = hbd(1_000n),
}: {
  limit: MilliHbd | null
  release?: MilliHbd | null
  jobs: readonly UnofferedJob[]
  own?: MilliHbd
}) {
  const posted = new Map<JobId, JobRequest>()
  const failures: unknown[] = []
  const round = createOfferWaitingJobs({
    account: alice,
    allowance: { perJob: own, perDay: hbd(5_000n) },
    waiting: { limits: async () => ({ award: limit, release }), unoffered: async () => jobs },
    content: {
      exportFile: async () => undefined,
      addFile: async () => ({ cid: source, bytes: 1, dagBytes: 1 }),
    },
    fetchInput: async () => undefined,
    scratch: async () => ({ path: '/nowhere', [Symbol.asyncDispose]: async () => undefined }),
    isOffered: (job) => posted.has(job),
    postJob: async (request) => {
      const id = `alice:${request.reference}` as JobId
      if (posted.has(id)) throw new Error('offered twice')
      posted.set(id, request)
      return id
    },
    onFailure: (error) => void failures.push(error),
  })
  return { posted, failures, round: () => round(new AbortController().signal) }
}

test('a waiting job is offered once, under the id that everybody expects, for no more than its owner lets the node award', async () => {
  const [small, large] = [aJob(40n), aJob(400n)]
  const node = aNode({ limit: hbd(100n), jobs: [small, large] })
  await node.round()
  await node.round()
  expect(node.failures).toEqual([])
  expect(node.posted.get(marketJobOf(alice, small.id))).toMatchObject({ ceiling: 40n })
  expect(node.posted.get(marketJobOf(alice, large.id))).toMatchObject({ ceiling: 100n })
  expect(node.posted.size).toBe(2)
})

test.each([
  ['as far as its owner has said', hbd(30n), 30n],
  ['not at all where its owner wants to be asked', null, 0n],
])('what is offered so is paid for without asking %s', async (_, release, expected) => {
  const job = aJob(40n)
  const node = aNode({ limit: hbd(100n), release, jobs: [job] })
  await node.round()
  expect(node.posted.get(marketJobOf(alice, job.id))).toMatchObject({ releaseLimit: expected })
})

test('an indexer that says there is no limit cannot move the node’s own', async () => {
  const job = aJob(900_000n)
  const node = aNode({ limit: hbd(1_000_000n), own: hbd(60n), jobs: [job] })
  await node.round()
  expect(node.posted.get(marketJobOf(alice, job.id))).toMatchObject({
    ceiling: 60n,
    allowance: { perJob: 60n, perDay: 5_000n },
  })
})

test('an owner who wants to be asked is not gone ahead of', async () => {
  const node = aNode({ limit: null, jobs: [aJob(40n)] })
  await node.round()
  expect(node.posted.size).toBe(0)
})

test('a source that is another one here is not offered, and keeps no other job back', async () => {
  const node = aNode({ limit: hbd(100n), jobs: [aJob(40n, cid('another')), aJob(40n)] })
  await node.round()
  expect(node.posted.size).toBe(1)
  expect(node.failures).toEqual([expect.any(ForeignSourceError)])
})

test('the id on the chain says whose job it is, and follows from the job alone', () => {
  const id = EncodingJobId.parse('01234567-89ab-4def-8123-456789abcdef')
  expect(marketJobOf(alice, id)).toBe('alice:8123456789abcdef')
})
