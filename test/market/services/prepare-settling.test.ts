import { expect, test } from 'vitest'
import type { Ledger } from '#contracts/ledger.ts'
import { escrowKey } from '#contracts/ledger.ts'
import type { AskedSettling } from '#market/services/prepare-settling.ts'
import { createPrepareSettling } from '#market/services/prepare-settling.ts'
import { projectBlocks } from '#market/services/project-blocks.ts'
import type { SettlingAct } from '#protocol/api/community.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import {
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  cid,
  encoderProfile,
  hbd,
  jobId,
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

/** A job of alice whose escrow with bob is funded, and what of it happened besides. */
function aFundedJob(...more: readonly (readonly LedgerAction[])[]) {
  const chain = createTestChain()
  chain.block(
    [says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))],
    [says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))],
    [says(alice, offer)],
  )
  chain.block([funds(award), says(alice, award)])
  chain.block([approves(award, bob), approves(award, carol), virtually('escrow-approved', award)])
  for (const each of more) chain.block(each)
  const start: Ledger = genesis()
  const { ledger, projection } = projectBlocks(start, chain.blocks(), testNetwork)
  const job = ledger.jobs.get(offer.job)!
  const numbered = projection.events.map((event, sequence) => ({ ...event, sequence }))
  const escrow = ledger.escrows.get(escrowKey(alice, award.escrow)) ?? null
  const { head } = ledger
  return createPrepareSettling({
    operationId: testNetwork.operationId,
    chain: {
      at: async () => head && { ...head, block: head.id },
      job: async (id) => (id === job.id ? { job, events: numbered, escrow } : null),
    },
  })
}

const ask = (
  caller: HiveAccount,
  act: SettlingAct,
  statement: AskedSettling['statement'] = null,
) => ({ caller, job: offer.job, act, statement })

const parties = { from: alice, to: bob, agent: carol, escrow_id: award.escrow }

test('the creator pays all that the escrow holds', async () => {
  const { operations, amount, arbiter } = await aFundedJob()(ask(alice, 'release'))
  expect([amount, arbiter]).toEqual([award.price, carol])
  expect(operations).toEqual([
    [
      'escrow_release',
      expect.objectContaining({ ...parties, who: alice, receiver: bob, hive_amount: '0.000 HIVE' }),
    ],
  ])
})

test('what was paid before is not paid again', async () => {
  const half = hbd(award.price / 2n)
  const { amount } = await aFundedJob([releases(award, alice, bob, half)])(ask(alice, 'release'))
  expect(amount).toBe(award.price - half)
})

test('the encoder gives the money back to the creator', async () => {
  const { operations } = await aFundedJob()(ask(bob, 'refund'))
  expect(operations[0]?.[1]).toMatchObject({ ...parties, who: bob, receiver: alice })
})

test.each([alice, bob])('@%s calls the arbiter', async (caller) => {
  const { operations } = await aFundedJob()(ask(caller, 'dispute'))
  expect(operations).toEqual([['escrow_dispute', { ...parties, who: caller }]])
})

test('a dispute says why in the same transaction, and its other party answers by itself', async () => {
  const text = 'The second half is black.'
  const evidence = cid('picture')
  const { operations, role } = await aFundedJob()(ask(alice, 'dispute', { text, evidence }))
  expect([role, operations.map(([name]) => name)]).toEqual([
    'active',
    ['escrow_dispute', 'custom_json'],
  ])
  expect(operations[1]?.[1]).toMatchObject({ required_auths: [alice] })
  expect(JSON.parse(String(operations[1]?.[1]['json']))).toEqual({
    ...{ v: 1, t: 'job.evidence', job: offer.job, text, evidence },
  })
  const disputed = aFundedJob([disputes(award, alice)])
  const answer = await disputed(ask(bob, 'explain', { text }))
  expect(answer.operations.map(([name]) => name)).toEqual(['custom_json'])
  await expect(disputed(ask(bob, 'explain'))).rejects.toMatchObject({ code: 'request-invalid' })
})

test('nothing else takes words', async () => {
  const asked = ask(alice, 'release', { text: 'Well done.' })
  await expect(aFundedJob()(asked)).rejects.toMatchObject({ code: 'request-invalid' })
})

test.each([
  ['the encoder pays itself', ask(bob, 'release'), 'forbidden'],
  ['the creator takes the money back', ask(alice, 'refund'), 'forbidden'],
  ['the creator takes it before the end', ask(alice, 'reclaim'), 'escrow-refused'],
  ['the creator withdraws what is awarded', ask(alice, 'withdraw'), 'escrow-refused'],
  ['a stranger calls the arbiter', ask(carol, 'dispute'), 'forbidden'],
  ['nobody knows the job', { ...ask(alice, 'release'), job: jobId('alice', 9) }, 'job-unknown'],
])('nothing is prepared where %s', async (_, asked, code) => {
  await expect(aFundedJob()(asked)).rejects.toMatchObject({ code })
})

test('a dispute leaves the rest to the arbiter, and a settled job holds nothing', async () => {
  const disputed = aFundedJob([disputes(award, alice)])
  await expect(disputed(ask(alice, 'release'))).rejects.toMatchObject({ code: 'escrow-refused' })
  const paid = aFundedJob([releases(award, alice, bob)])
  await expect(paid(ask(alice, 'dispute'))).rejects.toMatchObject({ code: 'escrow-refused' })
})
