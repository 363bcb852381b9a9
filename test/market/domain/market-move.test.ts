import { describe, expect, test } from 'vitest'
import type { MarketMove } from '#market/domain/market-move.ts'
import { marketEncoder, moveAfter, movingSteps } from '#market/domain/market-move.ts'
import type { PendingStep } from '#market/ports/market-jobs.ts'
import type { ProjectedEvent } from '#market/ports/projection-store.ts'
import { projectBlocks } from '#market/services/project-blocks.ts'
import { EncoderId } from '#protocol/api/encoders.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import {
  aDelivery,
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  hbd,
} from '#test/support/builders.ts'
import {
  approves,
  createTestChain,
  disputes,
  funds,
  genesis,
  releases,
  says,
  testNetwork,
  virtually,
} from '#test/support/test-chain.ts'

const offer = anOffer()
const award = anAward()
const offered = [
  [says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))],
  [says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))],
  [says(alice, offer)],
]
const awarded = [[funds(award), says(alice, award)]]
const accepted = [
  [approves(award, bob), approves(award, carol), virtually('escrow-approved', award)],
]
const delivered = [[says(bob, aDelivery(offer))]]

type Transactions = readonly (readonly LedgerAction[])[]

const community = { tiers: ['community'], tier: 'community' } as const

/** The moves of every step that a life on the chain makes, given the job as it is at the end of that life. */
function movesOf(
  blocks: readonly Transactions[],
  { tiers, tier }: Pick<PendingStep, 'tiers' | 'tier'> = community,
): MarketMove[] {
  const chain = createTestChain()
  for (const transactions of blocks) chain.block(...transactions)
  const { ledger, projection } = projectBlocks(genesis(), chain.blocks(), testNetwork)
  const job = ledger.jobs.get(offer.job)!
  const steps = projection.events.filter(({ type }: ProjectedEvent) =>
    movingSteps.some((moving) => moving === type),
  )
  return steps.map((event, index) =>
    moveAfter({ step: { ...event, sequence: index + 1 }, chain: job, tiers, tier }),
  )
}

describe('a job that is awarded, worked on and paid', () => {
  const moves = movesOf([offered, awarded, accepted, delivered, [[releases(award, alice, bob)]]])

  test('is its encoder’s, for longer than its escrow lives', () => {
    expect(moves[0]).toMatchObject({ type: 'assign', encoder: '@bob' })
    const { leaseSeconds } = moves[0] as Extract<MarketMove, { type: 'assign' }>
    expect(leaseSeconds).toBeGreaterThan(86_400)
  })

  test('tells each step on the way, and ends with the tree and what was paid for it', () => {
    expect(moves.slice(1, -1)).toMatchObject([
      { type: 'tell', event: 'accepted' },
      { type: 'tell', event: 'delivered', told: { outputCid: aDelivery(offer).root } },
    ])
    expect(moves.at(-1)).toMatchObject({
      ...{ type: 'complete', encoder: '@bob', paid: award.price },
      result: { outputCid: aDelivery(offer).root, manifestPath: 'manifest.json' },
      told: { returned: '0.000 HBD' },
    })
  })
})

test('an award that one side refuses is taken back, and its offer stands', () => {
  const refusal = [[approves(award, bob, false), virtually('escrow-rejected', award)]]
  expect(movesOf([offered, awarded, refusal])).toMatchObject([
    { type: 'assign' },
    { type: 'reopen' },
  ])
})

test('a job whose money went back goes to the next tier, or ends with the reason', () => {
  const life = [offered, awarded, accepted, [[releases(award, bob, alice)]]]
  expect(movesOf(life).at(-1)).toMatchObject({
    ...{ type: 'leave', to: null },
    why: expect.stringContaining('@bob'),
  })
  expect(movesOf(life, { ...community, tiers: ['community', 'agent'] }).at(-1)).toMatchObject({
    to: 'agent',
  })
})

test('a delivery that is disputed and not paid is no result', () => {
  const life = [offered, awarded, accepted, delivered, [[disputes(award, alice)]]]
  const ruled = [...life, [[releases(award, carol, alice)]]]
  expect(movesOf(ruled).slice(-2)).toMatchObject([
    { type: 'tell', event: 'disputed', told: { by: alice } },
    { type: 'leave', to: null },
  ])
})

test('an offer that is withdrawn leaves the tier', () => {
  const withdrawal = says(alice, { v: 1, t: 'job.cancel', job: offer.job })
  expect(movesOf([offered, [[withdrawal]]])).toMatchObject([{ type: 'leave', to: null }])
})

test('an offer that is withdrawn when its job has gone on takes nothing from the tier it is in', () => {
  const withdrawal = says(alice, { v: 1, t: 'job.cancel', job: offer.job })
  const elsewhere = { tiers: ['community', 'browser'], tier: 'browser' } as const
  expect(movesOf([offered, [[withdrawal]]], elsewhere)).toMatchObject([
    { type: 'tell', event: 'withdrawn' },
  ])
})

test('no encoder of the directory can be called as one of the chain', () => {
  expect(EncoderId.safeParse(marketEncoder(bob)).success).toBe(false)
})
