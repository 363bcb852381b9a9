import { expect, test } from 'vitest'
import { rangeOfOffer, viewWhole } from '#market/api/view-whole.ts'
import type { PartRange } from '#protocol/grid.ts'
import type { JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import {
  aDelivery,
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  escrowId,
  hbd,
  jobId,
} from '#test/support/builders.ts'
import {
  approves,
  createTestChain,
  disputes,
  funds,
  releases,
  says,
  virtually,
} from '#test/support/test-chain.ts'

const whole = jobId('alice', 99)
const { grid } = anOffer()
/** Four parts. */
const cut = { ...grid, frames: 4 * grid.partSegments * grid.segmentFrames }

const offerOf = (number: number, range: PartRange, overrides: Partial<JobOffer> = {}) =>
  anOffer({ job: jobId('alice', number), whole, grid: { ...cut, range }, ...overrides })

const firstHalf = { first: 0, parts: 2 }
const secondHalf = { first: 2, parts: 2 }
const awardOf = (number: number) =>
  anAward({ job: jobId('alice', number), escrow: escrowId(number) })

function jobsOf(...offers: readonly JobOffer[]) {
  const chain = createTestChain()
  chain.block(
    [says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))],
    [says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))],
  )
  for (const offer of offers) chain.block([says(alice, offer)])
  const accept = (number: number): void => {
    const award = awardOf(number)
    chain.block([funds(award), says(alice, award)])
    chain.block([approves(award, bob), approves(award, carol), virtually('escrow-approved', award)])
  }
  const all = () => offers.flatMap(({ job }) => chain.ledger().jobs.get(job) ?? [])
  return { chain, accept, all }
}

test('an offer says what of a whole it is about, or nothing', () => {
  expect(rangeOfOffer(offerOf(1, secondHalf))).toEqual({ ...secondHalf, whole, of: 4 })
  expect(rangeOfOffer(anOffer())).toBeNull()
})

test('a whole is told by its ranges in the order of the video, each with the jobs it was offered as', () => {
  const { chain, accept, all } = jobsOf(
    offerOf(1, secondHalf),
    offerOf(2, firstHalf),
    offerOf(3, secondHalf),
  )
  accept(1)
  chain.block([releases(awardOf(1), bob, alice)])
  accept(2)
  chain.block([says(bob, aDelivery(offerOf(2, firstHalf)))])
  chain.block([disputes(awardOf(2), alice)])
  const view = viewWhole(whole, all(), new Map<JobId, never>())
  expect(view).toMatchObject({ whole, creator: alice, parts: 4, price: awardOf(2).price })
  expect(
    view?.ranges.map(({ first, jobs }) => [
      first,
      jobs.map(({ job, phase, paid, isDisputed }) => [job, phase, paid, isDisputed]),
    ]),
  ).toEqual([
    [0, [[jobId('alice', 2), 'delivered', null, true]]],
    [
      2,
      [
        [jobId('alice', 1), 'settled', 0n, false],
        [jobId('alice', 3), 'offered', null, false],
      ],
    ],
  ])
})

test('what nobody offers ranges of is no whole, and other cuts of it are left out', () => {
  expect(viewWhole(whole, [], new Map())).toBeNull()
  const longer = { ...cut, frames: 2 * cut.frames, range: firstHalf }
  const { all } = jobsOf(offerOf(1, firstHalf), offerOf(2, firstHalf, { grid: longer }))
  const view = viewWhole(whole, all(), new Map())
  expect(view?.ranges).toHaveLength(1)
  expect(view?.ranges[0]?.jobs).toHaveLength(1)
})
