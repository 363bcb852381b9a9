import { expect, test } from 'vitest'
import type { NodeRecord } from '#contracts/registry.ts'
import type { AskedAward, PrepareAwardDeps } from '#market/services/prepare-award.ts'
import { createPrepareAward } from '#market/services/prepare-award.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { aBid, account, alice, anOffer, bob, hbd, sha256, time } from '#test/support/builders.ts'

const [carol, gina, hugo] = ['carol', 'gina', 'hugo'].map(account) as [
  HiveAccount,
  HiveAccount,
  HiveAccount,
]
const arbiters = [carol, gina, hugo]

/** An offer of at most 50 with bob's bid for it, and what its arbiters ask now. */
function prepare(
  fees: ReadonlyMap<HiveAccount, bigint>,
  asked: Partial<AskedAward> = {},
  terms: Partial<JobOffer> = {},
) {
  const offer = anOffer({ arbiters, ceiling: hbd(50n), ...terms })
  const bid = aBid({ job: offer.job, arbiters, expires: time(2_000_000) })
  const job = { id: offer.job, phase: 'offered', creator: alice, offer, rejectedAwards: 0 }
  const chain = {
    job: async () => ({ job, events: [] }),
    at: async () => ({ time: time(1_000_000) }),
    node: async (name: HiveAccount) =>
      ({ arbiter: { fee: hbd(fees.get(name) ?? 0n) } }) as NodeRecord,
  } as unknown as PrepareAwardDeps['chain']
  const prepareAward = createPrepareAward({
    ...{
      chain,
      live: { bids: async () => [bid], seals: async () => [] },
      operationId: 'spk-encoder-dev',
      sha256,
    },
    ratificationSeconds: 60,
  })
  const usual = { creator: alice, job: offer.job, encoder: bob, arbiter: null }
  return prepareAward({ ...usual, ...asked })
}

test('an award names the cheapest arbiter that offer and bid have in common', async () => {
  const fees = new Map([
    [carol, 9n],
    [gina, 2n],
    [hugo, 2n],
  ])
  const { choice, operations } = await prepare(fees)
  expect(choice).toMatchObject({ arbiter: gina, fee: 2n })
  expect(operations[0]?.[1]).toMatchObject({ agent: gina, fee: '0.002 HBD' })
  expect((await prepare(fees, { arbiter: carol })).choice).toMatchObject({ fee: 9n })
})

test('nobody is asked to sign for an arbiter that wants more than the whole job may cost', async () => {
  const risen = new Map(arbiters.map((name) => [name, 51n]))
  for (const arbiter of [null, gina])
    await expect(prepare(risen, { arbiter })).rejects.toMatchObject({ code: 'arbiter-missing' })
  const { choice } = await prepare(new Map([...risen, [hugo, 50n]]))
  expect(choice).toMatchObject({ arbiter: hugo, fee: 50n })
})

test('an arbiter that bid and offer do not share is refused', async () => {
  await expect(prepare(new Map(), { arbiter: account('erin') })).rejects.toMatchObject({
    code: 'arbiter-missing',
  })
})

test('a bid that was not sealed in time cannot be awarded where bids are to be sealed', async () => {
  await expect(prepare(new Map(), {}, { sealedUntil: time(1_000_050) })).rejects.toMatchObject({
    code: 'no-bids',
    message: 'The bid of @bob was not sealed in time.',
  })
})
