import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AnyJob } from '#protocol/api/all-jobs.ts'
import { allJobsRoute } from '#protocol/api/all-jobs.ts'
import type { RequestOf } from '#protocol/client.ts'
import { createClient } from '#protocol/client.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import {
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  hbd,
  jobId,
} from '#test/support/builders.ts'
import { anEncodingJob, claimed, granted } from '#test/support/encoding-jobs.ts'
import type { TestIndexer } from '#test/support/indexer-server.ts'
import { startTestIndexer } from '#test/support/indexer-server.ts'
import { aProjectionStore, applyAll } from '#test/support/projected-market.ts'
import { createTestChain, funds, says } from '#test/support/test-chain.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let indexer: TestIndexer
beforeEach(async () => {
  indexer = await startTestIndexer()
})
afterEach(async () => {
  expect(indexer.bugs).toEqual([])
  await indexer[Symbol.asyncDispose]()
})

const [first, second] = [anOffer({ job: jobId('alice', 1) }), anOffer({ job: jobId('alice', 2) })]

/** Two offers on the chain, the first of which is awarded to bob. */
async function offersOnChain(): Promise<void> {
  const chain = createTestChain()
  const award = anAward({ job: first.job })
  chain.block(
    [says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))],
    [says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))],
    [says(alice, first)],
  )
  chain.block([says(alice, second)], [funds(award), says(alice, award)])
  await applyAll(aProjectionStore(indexer.opened), chain.blocks(), [1])
}

async function submitted(fields: Parameters<typeof anEncodingJob>[0]): Promise<EncodingJobId> {
  return granted(await indexer.scheduler.submit(anEncodingJob(fields))).id
}

type Query = NonNullable<RequestOf<typeof allJobsRoute>['query']>

async function listed(query: Query = {}): Promise<readonly AnyJob[]> {
  const ask = createClient({ url: indexer.url })
  const { jobs, next } = await ask(allJobsRoute, { query: { ...query, limit: 2 } })
  return next === null ? jobs : [...jobs, ...(await listed({ ...query, cursor: next }))]
}

test('queue and chain are one list: each job once, the newest first, page after page', async () => {
  await offersOnChain()
  const plain = [await submitted({}), await submitted({}), await submitted({})]
  const linked = await submitted({})
  granted(await indexer.scheduler.noteMarketJob(linked, second.job))
  const jobs = await listed()
  expect(new Set(jobs.map(({ id }) => id))).toEqual(new Set([...plain, linked, first.job]))
  expect(jobs).toHaveLength(5)
  const times = jobs.map(({ createdAt }) => createdAt.getTime())
  expect(times).toEqual(times.toSorted((left, right) => right - left))
  expect(jobs.find(({ id }) => id === linked)).toMatchObject({ marketJob: second.job })
  expect(jobs.find(({ id }) => id === first.job)).toMatchObject({
    ...{ state: 'working', phase: 'awarded', encoder: '@bob', permlink: null, tier: 'community' },
  })
})

test('a filter asks both for the same', async () => {
  await offersOnChain()
  const desk = { id: 'desk', owner: alice }
  await submitted({ owner: alice, tiers: ['agent'], budget: null })
  const { id } = await claimed(indexer.scheduler, desk, ['agent'])
  const waiting = await submitted({
    owner: bob,
    tiers: ['browser'],
    budget: null,
    qualities: ['480p'],
  })
  const ids = async (query: Query) => new Set((await listed(query)).map((job) => job.id))
  expect(await ids({ state: 'working' })).toEqual(new Set([first.job, id]))
  expect(await ids({ state: 'waiting' })).toEqual(new Set([second.job, waiting]))
  expect(await ids({ owner: bob })).toEqual(new Set([waiting]))
  expect(await ids({ tier: 'community' })).toEqual(new Set([first.job, second.job]))
  expect(await ids({ encoder: 'desk' })).toEqual(new Set([id]))
  expect(await ids({ encoder: '@bob' })).toEqual(new Set([first.job]))
  expect(await ids({ state: 'expired' })).toEqual(new Set())
})

test('an offer that no block has yet comes first, and a cursor of another list is refused', async () => {
  await indexer.live.keepOffer(first)
  const [announced] = await listed({ owner: alice })
  expect(announced).toMatchObject({ id: first.job, phase: 'announced', ceiling: first.ceiling })
  expect(await listed({ state: 'done' })).toEqual([])
  const strange = await indexer.ask('GET', `${allJobsRoute.path}?cursor=eyJhIjoxfQ`)
  expect(strange).toMatchObject({ status: 422, json: { code: 'cursor-unknown' } })
})
