import fc from 'fast-check'
import { challengeOf } from '#contracts/delivering.ts'
import type { Escrow } from '#contracts/escrow.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Job } from '#contracts/job.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { escrowKey } from '#contracts/ledger.ts'
import { ChainTime, Multiaddr, Sha256Hex } from '#protocol/ids.ts'
import type { LedgerAction, LedgerBlock } from '#protocol/ledger-block.ts'
import type { NodeUpdate } from '#protocol/registration.ts'
import {
  aDelivery,
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  cid,
  encoderProfile,
  escrowId,
  hashHex,
  hbd,
  jobId,
  salt,
  sha256,
  time,
} from './builders.ts'
import {
  approves,
  disputes,
  funds,
  genesis,
  nextBlock,
  releases,
  says,
  startTime,
  testNetwork,
  virtually,
} from './test-chain.ts'

/** One random thing that somebody does; which job it is about, and a number that decides the rest. */
type Deed = { readonly what: (typeof deeds)[number]; readonly job: number; readonly dice: number }

const deeds = [
  'offer',
  'cancel',
  'award',
  'approve',
  'refuse',
  'deliver',
  'attest',
  'dispute',
  'pay',
  'refund',
  'part',
  'rule',
  'rate',
  'register',
  'update',
  'claim',
  'noise',
  'wait',
] as const

/** The first block of every history: a checkpoint comes before its end. */
const opening = nextBlock(undefined, [], 960)

/**
 * Histories of a market with three jobs, as hived could have made them: escrow operations that hived would refuse are left out,
 * and its virtual operations are put in. Statements are made at any time by anyone, right or wrong.
 */
export function randomMarket(): fc.Arbitrary<readonly LedgerBlock[]> {
  const forward = fc.constantFrom<Deed['what']>('offer', 'award', 'approve', 'deliver')
  const what = fc.oneof(
    { weight: 3, arbitrary: forward },
    { weight: 2, arbitrary: fc.constantFrom(...deeds) },
  )
  const deed = fc.record({ what, job: fc.integer({ min: 1, max: 2 }), dice: fc.nat(11) })
  return fc.array(deed, { minLength: 20, maxLength: 160, size: 'max' }).map(playOut)
}

/** The next block of a history, with the virtual operations of what lapses in it. */
export function blockAfter(
  ledger: Ledger,
  previous: LedgerBlock | undefined,
  transactions: readonly (readonly LedgerAction[])[],
): LedgerBlock {
  const draft = nextBlock(previous, transactions)
  const lapsed = lapsing(ledger, draft.time)
  return lapsed.length > 0 ? nextBlock(previous, [...transactions, lapsed]) : draft
}

function playOut(plan: readonly Deed[]): readonly LedgerBlock[] {
  const blocks: LedgerBlock[] = []
  let ledger: Ledger = genesis()
  const add = (transactions: readonly (readonly LedgerAction[])[]): void => {
    const block = blockAfter(ledger, blocks.at(-1) ?? opening, transactions)
    ledger = foldBlocks(ledger, [block], testNetwork).ledger
    blocks.push(block)
  }
  add([
    [
      says(alice, aRegistration()),
      says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile, region: 'DE' })),
      says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } })),
    ],
  ])
  for (const next of plan) add([act(next, ledger)])
  return blocks
}

function act({ what, job: number, dice }: Deed, ledger: Ledger): readonly LedgerAction[] {
  const id = jobId('alice', number)
  const offer = anOffer({
    job: id,
    deliverBy: time(startTime + 100_000),
    bidsUntil: time(startTime + 50_000),
  })
  const job = ledger.jobs.get(id)
  const award = anAward({
    job: id,
    escrow: escrowId(number),
    readyBy: time(opening.time + 60 + dice * 20),
  })
  const escrow = ledger.escrows.get(escrowKey(alice, number))
  const someone = [alice, bob, carol][dice % 3] ?? alice
  switch (what) {
    case 'offer':
      return [says(someone, offer)]
    case 'cancel':
      return dice === 0 ? [says(alice, { v: 1, t: 'job.cancel', job: id })] : []
    case 'award': {
      if (escrow) return []
      const deadline = ChainTime.parse((ledger.head?.time ?? opening.time) + 30 + dice * 3)
      return [
        funds(award, { ratificationDeadline: deadline }),
        ...(dice === 1 ? [] : [says(alice, award)]),
      ]
    }
    case 'approve':
      return approveAll(escrow, award, dice)
    case 'refuse':
      return escrow?.phase === 'pending' &&
        dice === 0 &&
        !escrow.approvals.some(({ by }) => by === bob)
        ? [approves(award, bob, false), virtually('escrow-rejected', award)]
        : []
    case 'deliver':
      return [says(bob, aDelivery(offer))]
    case 'attest':
      return attest(job, someone)
    case 'dispute':
      if (escrow?.phase === 'funded' && dice < 3)
        return [disputes(award, dice === 0 ? bob : alice), says(dice === 1 ? alice : bob, said(id))]
      return job?.phase === 'delivered' ? [says(someone, said(id))] : []
    case 'pay':
      return escrow?.phase === 'funded' && dice < 4
        ? [releases(award, alice, bob, escrow.held)]
        : []
    case 'refund':
      return escrow?.phase === 'funded' && dice < 2
        ? [releases(award, bob, alice, escrow.held)]
        : []
    case 'part':
      return escrow?.phase === 'funded' && escrow.held > 1n
        ? [releases(award, alice, bob, hbd(1n))]
        : []
    case 'rule':
      return escrow?.phase === 'disputed' ? rule(escrow, award, job, dice) : []
    case 'rate':
      return [
        says(someone, { v: 1, t: 'encoder.rate', job: id, encoder: bob, stars: 1 + (dice % 5) }),
      ]
    case 'register':
      return [says(someone, aRegistration())].filter(() => someone === alice)
    case 'update':
      return [says(someone, updates[dice % updates.length] ?? updates[0])]
    case 'claim':
      return claim(ledger, someone, dice)
    case 'noise':
      return [
        {
          type: 'custom-json',
          signers: [{ account: someone, role: 'posting' }],
          json: '{"v":1,"t":"job.offer"} ',
        },
      ]
    case 'wait':
      return []
  }
}

const updates = [
  { v: 1, t: 'node.update', addresses: [Multiaddr.parse('/ip4/127.0.0.1/tcp/4001')] },
  { v: 1, t: 'node.update', encoder: { prices: [{ rendition: '720p', perMinute: hbd(7n) }] } },
  { v: 1, t: 'node.update', arbiter: { fee: hbd(2n) } },
] as const satisfies readonly NodeUpdate[]

/** Publishes the last checkpoint, or another hash for it. */
function claim(
  { checkpoint: { height, block, hash } }: Ledger,
  who: typeof alice,
  dice: number,
): readonly LedgerAction[] {
  if (!block) return []
  const said = dice % 4 === 3 ? hashHex('another state') : hash
  return [says(who, { v: 1, t: 'checkpoint', height, block, hash: said })]
}

function approveAll(
  escrow: Escrow | undefined,
  award: ReturnType<typeof anAward>,
  dice: number,
): readonly LedgerAction[] {
  if (escrow?.phase !== 'pending') return []
  const missing = [bob, carol].filter((who) => !escrow.approvals.some(({ by }) => by === who))
  const now = dice % 4 === 0 ? missing.slice(0, 1) : missing
  const isFunded = escrow.approvals.length + now.length === 2
  return [
    ...now.map((who) => approves(award, who)),
    ...(isFunded ? [virtually('escrow-approved', award)] : []),
  ]
}

function attest(job: Job | undefined, who: typeof alice): readonly LedgerAction[] {
  if (job?.phase !== 'delivered' && job?.phase !== 'settled') return []
  const challenge = job.delivered && challengeOf({ ...job, delivered: job.delivered }, salt, sha256)
  if (!challenge) return []
  const { seed, leaves: challenged } = challenge
  return [
    says(who, {
      v: 1,
      t: 'job.attest',
      job: job.id,
      root: cid('root'),
      verdict: 'pass',
      salt,
      seed: Sha256Hex.parse(seed),
      challenged,
      faults: [],
    }),
  ]
}

const said = (job: Job['id']) =>
  ({ v: 1, t: 'job.evidence', job, text: 'The work is good.\n„Gut“, says who looked.' }) as const

function rule(
  escrow: Extract<Escrow, { phase: 'disputed' }>,
  award: ReturnType<typeof anAward>,
  job: Job | undefined,
  dice: number,
): readonly LedgerAction[] {
  const half = escrow.held / 2n
  const toEncoder = [0n, half, escrow.held][dice % 3] ?? 0n
  const toCreator = escrow.held - toEncoder
  const ruling = {
    v: 1,
    t: 'job.ruling',
    job: award.job,
    ...(job?.phase === 'delivered' ? { root: cid('root') } : {}),
    verdict: toEncoder > 0n ? 'pass' : 'fail',
    toEncoder: hbd(toEncoder + escrow.toEncoder),
    toCreator: hbd(toCreator + escrow.toCreator),
    faults: [],
  } as const
  return [
    ...(toEncoder > 0n ? [releases(award, carol, bob, hbd(toEncoder))] : []),
    ...(toCreator > 0n ? [releases(award, carol, alice, hbd(toCreator))] : []),
    says(carol, ruling),
  ]
}

/** What hived makes at the end of a block of escrows that nobody ratified in time. */
function lapsing({ escrows }: Ledger, now: ChainTime): readonly LedgerAction[] {
  return [...escrows.values()]
    .filter((escrow) => escrow.phase === 'pending' && escrow.terms.ratificationDeadline <= now)
    .map(({ terms }) => virtually('escrow-rejected', anAward({ escrow: terms.id })))
}
