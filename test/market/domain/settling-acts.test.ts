import { expect, test } from 'vitest'
import { escrowKey } from '#contracts/ledger.ts'
import { settlingActs } from '#market/domain/settling-acts.ts'
import { ChainTime } from '#protocol/ids.ts'
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
  releases,
  says,
  virtually,
} from '#test/support/test-chain.ts'

const offer = anOffer()
const award = anAward()
const saying = { v: 1, t: 'job.evidence', job: offer.job, text: 'It is black.' } as const

const awarded = [[funds(award), says(alice, award)]]
const accepted = [
  ...awarded,
  [approves(award, bob), approves(award, carol), virtually('escrow-approved', award)],
]
const delivered = [...accepted, [says(bob, aDelivery(offer))]]
const disputed = [...delivered, [disputes(award, alice)]]

type Acts = { readonly alice?: readonly string[]; readonly bob?: readonly string[] }

type Row = readonly [
  name: string,
  happened: readonly (readonly LedgerAction[])[],
  acts: Acts,
  escrow: 'runs' | 'ended',
]

const rows: readonly Row[] = [
  ['is offered', [], { alice: ['withdraw'] }, 'runs'],
  ['is withdrawn', [[says(alice, { v: 1, t: 'job.cancel', job: offer.job })]], {}, 'runs'],
  ['is awarded, and waits for encoder and arbiter', awarded, {}, 'runs'],
  [
    'was awarded in vain',
    [...awarded, [approves(award, bob, false), virtually('escrow-rejected', award)]],
    { alice: ['withdraw'] },
    'runs',
  ],
  ['is worked on', accepted, { alice: ['release', 'dispute'], bob: ['refund', 'dispute'] }, 'runs'],
  [
    'is delivered',
    delivered,
    { alice: ['release', 'dispute'], bob: ['refund', 'dispute'] },
    'runs',
  ],
  [
    'is paid in part',
    [...delivered, [releases(award, alice, bob, hbd(1n))]],
    { alice: ['release', 'dispute'], bob: ['refund', 'dispute'] },
    'runs',
  ],
  ['is disputed', disputed, { alice: ['explain'], bob: ['explain'] }, 'runs'],
  [
    'is disputed before anything is delivered',
    [...accepted, [disputes(award, bob)]],
    { alice: ['explain'], bob: ['explain'] },
    'runs',
  ],
  [
    'is disputed, and its creator has spoken',
    [...disputed, [says(alice, saying)]],
    { bob: ['explain'] },
    'runs',
  ],
  ['is settled', [...delivered, [releases(award, alice, bob)]], {}, 'runs'],
  [
    'is ruled on',
    [
      ...disputed,
      [
        releases(award, carol, alice),
        says(carol, {
          ...{ v: 1, t: 'job.ruling', job: offer.job, root: aDelivery(offer).root },
          ...{ verdict: 'fail', toEncoder: hbd(0n), toCreator: award.price, faults: [] },
        }),
      ],
    ],
    {},
    'runs',
  ],
  [
    'is delivered, and its escrow has ended',
    delivered,
    { alice: ['release'], bob: ['refund', 'collect'] },
    'ended',
  ],
  [
    'was never delivered, and its escrow has ended',
    accepted,
    { alice: ['release', 'reclaim'], bob: ['refund'] },
    'ended',
  ],
  [
    'is disputed, and its escrow has ended',
    disputed,
    { alice: ['explain'], bob: ['explain'] },
    'ended',
  ],
]

test.each(rows)(
  'of a job that %s each party may do just what is its own',
  (_, happened, acts, escrowState) => {
    const chain = createTestChain()
    chain.block(
      [says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))],
      [says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))],
      [says(alice, offer)],
    )
    for (const transaction of happened)
      expect(chain.block(transaction).map(({ refusal }) => refusal)).not.toContain('wrong-phase')
    const { jobs, escrows, head } = chain.ledger()
    const escrow = escrows.get(escrowKey(alice, award.escrow)) ?? null
    const now =
      escrowState === 'ended' && escrow ? escrow.terms.expiration : ChainTime.parse(head?.time)
    const found = settlingActs(jobs.get(offer.job)!, escrow, now)
    const of = (who: string) => found.filter(({ by }) => by === who).map(({ act }) => act)
    expect({ alice: of(alice), bob: of(bob) }).toEqual({ alice: [], bob: [], ...acts })
    expect(found.every(({ by }) => by === alice || by === bob)).toBe(true)
  },
)
