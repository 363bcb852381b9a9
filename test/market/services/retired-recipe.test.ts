import { expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import {
  createBidStore,
  createCreatorJobStore,
  createEncoderJobStore,
  createJobEventStore,
} from '#market/adapters/sqlite/job-stores.ts'
import type { CreatorJob } from '#market/domain/creator-job.ts'
import type { EncoderJob } from '#market/domain/encoder-job.ts'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import { createAdvanceJob } from '#market/services/creator/advance-job.ts'
import type { CreatorContext } from '#market/services/creator/creator-deps.ts'
import { createEncoder } from '#market/services/encoder/encoder.ts'
import type { EncoderDeps } from '#market/services/encoder/encoder-deps.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { aBid, alice, anAward, anOffer, bob, carol, hashHex, time } from '#test/support/builders.ts'
import {
  approves,
  createTestChain,
  funds,
  releases,
  says,
  startTime,
  virtually,
} from '#test/support/test-chain.ts'

const offer = { ...anOffer(), recipe: 'h264-ts-2' as Recipe }
const { job } = offer
const bid = aBid()
const award = anAward()

/** A chain as today's program reads it: the offer is refused, and the money that was paid for it is in its escrow. */
function aChain({ isFunded }: { readonly isFunded: boolean }) {
  const chain = createTestChain()
  const today = says(alice, { ...offer, recipe: contractRecipe })
  const json = 'json' in today ? today.json.replace(contractRecipe, offer.recipe) : ''
  const [record] = chain.block([{ ...today, json } as typeof today])
  expect(record?.refusal).not.toBeNull()
  if (isFunded) {
    chain.block([funds(award, { expiration: time(startTime + 600) })])
    chain.block([approves(award, bob), approves(award, carol), virtually('escrow-approved', award)])
  }
  return chain
}

/** What both sides have: a database that an earlier version has left, and a note of all that is done. */
function aNode(chain: ReturnType<typeof createTestChain>) {
  const { database, state } = openDatabase(':memory:')
  const released: string[] = []
  const submitted: OutboxEntry[] = []
  const retired: string[] = []
  const common = {
    state,
    operationId: 'spk-encoder-dev',
    ledger: { current: chain.ledger, isSynced: () => true, isTrusted: () => true },
    outbox: {
      find: (key: string) => submitted.find((entry) => entry.key === key) ?? null,
      submit: ({ key, operations }: { key: string; operations: readonly unknown[] }) => {
        const entry = { key, phase: 'signed', operations } as unknown as OutboxEntry
        submitted.push(entry)
        return entry
      },
    },
    background: { start: () => expect.unreachable('nothing is begun'), stop: () => undefined },
    readiness: { obstacle: () => null },
    clock: { now: () => 1 },
  }
  const encoderJobs = createEncoderJobStore(database)
  const encoder = createEncoder({
    ...common,
    account: bob,
    jobs: encoderJobs,
    processor: { release: (id: string) => released.push(id) },
    onRetire: (id: string, recipe: string) => retired.push(`${id} ${recipe}`),
  } as unknown as EncoderDeps)
  const creatorJobs = createCreatorJobStore(database)
  const events = createJobEventStore(database)
  const advanceJob = createAdvanceJob(
    {
      ...{ ...common, account: alice, jobs: creatorJobs, bids: createBidStore(database), events },
      content: { unpin: (id: string) => released.push(id) },
    } as unknown as CreatorContext,
    () => expect.unreachable('nothing is checked'),
  )
  return { encoder, encoderJobs, advanceJob, creatorJobs, events, released, submitted, retired }
}

const undertaken = { id: job, offer, bid, bidHash: award.bid }
const delivery = { v: 1 } as never

test.each<EncoderJob>([
  { ...undertaken, phase: 'bidding', isAcknowledged: true },
  { ...undertaken, phase: 'approving' },
  { ...undertaken, phase: 'encoding' },
  { ...undertaken, phase: 'delivering', delivery },
  { ...undertaken, phase: 'delivered', delivery },
  { ...undertaken, phase: 'refunding', reason: 'no time' },
])('an encoder lets go of a job of an earlier recipe that was $phase', (found) => {
  const node = aNode(aChain({ isFunded: false }))
  node.encoderJobs.save(found)
  node.encoder.advance()
  expect(node.encoderJobs.find(job)).toMatchObject({
    phase: 'closed',
    outcome: found.phase === 'bidding' || found.phase === 'approving' ? 'lost' : 'refunded',
  })
  expect(node.released).toEqual([job])
  expect(node.retired).toEqual([`${job} h264-ts-2`])
  expect(node.submitted).toEqual([])
})

test('it gives back what the escrow of such a job holds, once, and then lets go of it', () => {
  const chain = aChain({ isFunded: true })
  const node = aNode(chain)
  node.encoderJobs.save({ ...undertaken, phase: 'encoding' })
  node.encoder.advance()
  node.encoder.advance()
  expect(node.submitted).toMatchObject([
    { operations: [['escrow_release', { from: alice, to: bob, who: bob, receiver: alice }]] },
  ])
  expect(node.encoderJobs.find(job)?.phase).toBe('encoding')
  chain.block([releases(award, bob, alice)])
  node.encoder.advance()
  expect(node.encoderJobs.find(job)).toMatchObject({ phase: 'closed', outcome: 'refunded' })
})

const posted = { id: job, offer, salt: hashHex('salt'), postedAt: 1, awards: 1, setAside: [] }
const choice = { bid, bidHash: award.bid, arbiter: carol, escrow: award.escrow } as never

test.each<CreatorJob>([
  { ...posted, phase: 'offering' },
  { ...posted, phase: 'awaiting-delivery', choice },
  { ...posted, phase: 'checking', choice },
])('a creator ends a job of an earlier recipe that was $phase, and says what to do', (found) => {
  const node = aNode(aChain({ isFunded: false }))
  node.creatorJobs.save(found)
  node.advanceJob(job)
  const told = { code: 'unsupported-here', message: expect.stringContaining('h264-ts-2') }
  expect(node.creatorJobs.find(job)).toMatchObject({ phase: 'failed', ...told })
  expect(node.events.after(job, 0)).toMatchObject([{ event: { type: 'failed', ...told } }])
})

test('it waits for the money, and takes it back itself when the escrow has ended', () => {
  const chain = aChain({ isFunded: true })
  const node = aNode(chain)
  node.creatorJobs.save({ ...posted, phase: 'checking', choice })
  node.advanceJob(job)
  expect([node.submitted, node.creatorJobs.find(job)?.phase]).toEqual([[], 'checking'])

  const [escrow] = chain.ledger().escrows.values()
  const end = Number(escrow?.terms.expiration) - startTime
  chain.skip(Math.ceil(end / 3))
  node.advanceJob(job)
  expect(node.submitted).toMatchObject([
    { operations: [['escrow_release', { who: alice, receiver: alice }]] },
  ])
  chain.block([releases(award, alice, alice)])
  node.advanceJob(job)
  expect(node.creatorJobs.find(job)?.phase).toBe('failed')
})
