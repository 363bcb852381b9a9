import { describe, expect, test } from 'vitest'
import type { Role } from '#contracts/deeds.ts'
import { challengeOf } from '#contracts/delivering.ts'
import { explainStanding } from '#contracts/explain-standing.ts'
import type { Job } from '#contracts/job.ts'
import type { Mark } from '#contracts/parameters.ts'
import type { JobAttest } from '#protocol/attestation.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
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
  hashHex,
  hbd,
  jobId,
  salt,
  sha256,
  time,
} from '../support/builders.ts'
import type { TestChain } from '../support/test-chain.ts'
import {
  approves,
  createTestChain,
  disputes,
  funds,
  releases,
  says,
  startTime,
  virtually,
} from '../support/test-chain.ts'

const offer = anOffer()
const award = anAward()

/** A chain on which everybody is registered and alice's job is offered. */
function offered(terms: JobOffer = offer): TestChain {
  const chain = createTestChain()
  chain.block([
    says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile })),
    says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } })),
  ])
  chain.block([says(alice, terms)])
  return chain
}

function awarded(terms: JobOffer = offer): TestChain {
  const chain = offered(terms)
  chain.block([funds(award), says(alice, award)])
  return chain
}

function accepted(terms: JobOffer = offer): TestChain {
  const chain = awarded(terms)
  chain.block([approves(award, bob)], [approves(award, carol), virtually('escrow-approved', award)])
  return chain
}

function delivered(): TestChain {
  const chain = accepted()
  chain.block([says(bob, aDelivery(offer))])
  chain.skip(4)
  return chain
}

const jobOf = (chain: TestChain): Job => chain.ledger().jobs.get(offer.job)!

function attestation(chain: TestChain, overrides: Partial<JobAttest> = {}): JobAttest {
  const job = jobOf(chain)
  if (job.phase !== 'delivered') throw new Error('not delivered')
  const challenge = challengeOf(job, salt, sha256)!
  return {
    v: 1,
    t: 'job.attest',
    job: job.id,
    root: cid('root'),
    verdict: 'pass',
    salt,
    seed: Sha256Hex.parse(challenge.seed),
    challenged: challenge.leaves,
    faults: [],
    ...overrides,
  }
}

/** What is held against each party. */
function marksOf(chain: TestChain): Readonly<Record<Role, readonly Mark[]>> {
  const { standings } = chain.ledger()
  const marks = (account: typeof bob, role: Role): readonly Mark[] => [
    ...(standings.get(account)?.[role]?.marks.keys() ?? []),
  ]
  return {
    encoder: marks(bob, 'encoder'),
    creator: marks(alice, 'creator'),
    arbiter: marks(carol, 'arbiter'),
  }
}

describe('a job that goes well', () => {
  test('passes every phase and ends settled, rated, with the price paid', () => {
    const chain = offered()
    expect(jobOf(chain).phase).toBe('offered')
    chain.block([funds(award), says(alice, award)])
    expect(jobOf(chain).phase).toBe('awarded')
    chain.block([approves(award, bob)])
    expect(jobOf(chain).phase).toBe('awarded')
    chain.block([approves(award, carol), virtually('escrow-approved', award)])
    expect(jobOf(chain).phase).toBe('accepted')
    chain.block([says(bob, aDelivery(offer))])
    expect(jobOf(chain).phase).toBe('delivered')
    chain.skip(4)
    const rating = { v: 1, t: 'encoder.rate', job: offer.job, encoder: bob, stars: 5 } as const
    const records = chain.block([
      says(alice, attestation(chain)),
      releases(award, alice, bob),
      says(alice, rating),
    ])
    expect(records.map(({ refusal }) => refusal)).toEqual([null, null, null])
    expect(jobOf(chain)).toMatchObject({
      phase: 'settled',
      toEncoder: 3n,
      toCreator: 0n,
      stars: 5,
      settledBy: alice,
    })
    expect(chain.ledger().escrows.size).toBe(0)
    const one = { deeds: 1n, marks: new Map() }
    expect(chain.ledger().standings.get(bob)).toMatchObject({ encoder: one })
    expect(chain.ledger().standings.get(alice)).toMatchObject({ creator: one })
    expect(chain.ledger().standings.get(carol)).toMatchObject({ arbiter: one })
  })

  test('is seeded by the three blocks that begin two after the delivery', () => {
    const chain = accepted()
    chain.block([says(bob, aDelivery(offer))])
    const at = chain.blocks().at(-1)!.height
    chain.skip(6)
    const ids = chain
      .blocks()
      .filter(({ height }) => height >= at + 2 && height <= at + 4)
      .map(({ id }) => id)
    expect(jobOf(chain)).toMatchObject({ delivered: { beacon: ids } })
    expect(chain.ledger().awaitingBeacon.size).toBe(0)
  })
})

describe('an offer', () => {
  test.each([
    ['of a job named after somebody else', bob, anOffer(), 'not-the-creator'],
    [
      'that ends before its bids',
      alice,
      anOffer({ job: jobId('alice', 2), bidsUntil: time(1_002_000) }),
      'deadlines-disordered',
    ],
    [
      'that leaves no time to open its sealed bids',
      alice,
      anOffer({ job: jobId('alice', 2), sealedUntil: anOffer().bidsUntil }),
      'deadlines-disordered',
    ],
    [
      'that is over already',
      alice,
      anOffer({ job: jobId('alice', 2), bidsUntil: time(1), deliverBy: time(2) }),
      'deadline-passed',
    ],
    ['made twice', alice, anOffer(), 'job-exists'],
  ])('%s is refused', (_, signer, terms, refusal) => {
    const chain = offered()
    expect(chain.block([says(signer, terms)])[0]?.refusal).toBe(refusal)
  })

  test('is withdrawn by its creator only, and only before the award', () => {
    const cancel = { v: 1, t: 'job.cancel', job: offer.job } as const
    const chain = offered()
    expect(chain.block([says(bob, cancel)])[0]?.refusal).toBe('not-the-creator')
    expect(chain.block([says(alice, cancel)])[0]?.refusal).toBeNull()
    expect(jobOf(chain).phase).toBe('cancelled')
    expect(awarded().block([says(alice, cancel)])[0]?.refusal).toBe('wrong-phase')
  })
})

describe('an award', () => {
  const attempts: readonly (readonly [string, Partial<typeof award>, string])[] = [
    ['over the ceiling', { price: hbd(11n) }, 'over-ceiling'],
    ['ready after the deadline', { readyBy: time(1_001_001) }, 'ready-too-late'],
    ['ready in the past', { readyBy: time(startTime) }, 'deadline-passed'],
    ['to the creator itself', { encoder: alice }, 'self-award'],
    ['to an account that is no encoder', { encoder: carol }, 'encoder-not-registered'],
    ['with an arbiter that was not offered', { arbiter: bob }, 'arbiter-not-offered'],
  ]
  test.each(attempts)('%s is refused', (_, overrides, refusal) => {
    const chain = offered()
    const terms = { ...award, ...overrides }
    const records = chain.block([funds(terms), says(alice, terms)])
    expect(records.map((record) => record.refusal)).toContain(refusal)
    expect(jobOf(chain).phase).toBe('offered')
  })

  test('counts only in the transaction that opens its escrow', () => {
    const chain = offered()
    expect(chain.block([funds(award)], [says(alice, award)]).at(-1)?.refusal).toBe('escrow-missing')
    expect(chain.block([says(alice, award)])[0]?.refusal).toBe('escrow-missing')
  })

  test.each([
    ['another amount', { hbd: hbd(2n) }],
    [
      'another bid',
      { meta: JSON.stringify({ app: 'spk-encoder-dev', job: award.job, bid: hashHex('other') }) },
    ],
    [
      'another job',
      { meta: JSON.stringify({ app: 'spk-encoder-dev', job: jobId('alice', 9), bid: award.bid }) },
    ],
  ])('is refused when its escrow has %s', (_, overrides) => {
    const chain = offered()
    expect(chain.block([funds(award, overrides), says(alice, award)]).at(-1)?.refusal).toBe(
      'escrow-differs',
    )
  })

  test('is refused when its escrow belongs to another application or holds HIVE', () => {
    const foreign = offered().block([funds(award, { meta: '{"app":"x"}' }), says(alice, award)])
    expect(foreign.map(({ refusal }) => refusal)).toEqual(['not-ours', 'escrow-missing'])
    const hive = offered().block([funds(award, { hive: '1' }), says(alice, award)])
    expect(hive.map(({ refusal }) => refusal)).toEqual(['not-ours', 'escrow-missing'])
  })

  test('needs the active role', () => {
    const action = says(alice, award)
    if (action.type !== 'custom-json') throw new Error('no custom_json')
    const posting = { ...action, signers: [{ account: alice, role: 'posting' as const }] }
    expect(
      offered()
        .block([funds(award), posting])
        .at(-1)?.refusal,
    ).toBe('wrong-role')
  })

  test('that a side refuses reopens the job, and another can follow', () => {
    const chain = awarded()
    chain.block([approves(award, bob, false), virtually('escrow-rejected', award)])
    expect(jobOf(chain)).toMatchObject({ phase: 'offered', rejectedAwards: 1 })
    chain.block([funds(award), says(alice, award)])
    expect(jobOf(chain).phase).toBe('awarded')
  })

  test('that nobody approves lapses with its ratification deadline', () => {
    const chain = offered()
    chain.block([funds(award, { ratificationDeadline: time(startTime + 12) }), says(alice, award)])
    chain.block([virtually('escrow-rejected', award)])
    expect(jobOf(chain)).toMatchObject({ phase: 'offered', rejectedAwards: 1 })
  })
})

describe('a delivery', () => {
  test('is refused from anyone but the encoder, before the funding, twice, or in another shape than the offer asks for', () => {
    const delivery = aDelivery(offer)
    expect(awarded().block([says(bob, delivery)])[0]?.refusal).toBe('wrong-phase')
    expect(accepted().block([says(carol, delivery)])[0]?.refusal).toBe('not-the-encoder')
    expect(delivered().block([says(bob, delivery)])[0]?.refusal).toBe('wrong-phase')
    expect(accepted().block([says(bob, { ...delivery, leaves: 3 })])[0]?.refusal).toBe(
      'leaves-differ',
    )
    const renamed = { ...delivery, renditions: [...delivery.renditions].reverse() }
    expect(accepted().block([says(bob, renamed)])[0]?.refusal).toBe('renditions-differ')
  })

  test('of a range has the segments of its parts and all of the sound, and is challenged on just those', () => {
    const range = { first: 1, parts: 1 }
    const asked = anOffer({ grid: { ...offer.grid, range }, whole: jobId('alice', 9) })
    const chain = accepted(asked)
    const whole = { ...aDelivery(offer), job: asked.job }
    expect(chain.block([says(bob, whole)])[0]?.refusal).toBe('renditions-differ')
    const delivery = aDelivery(asked)
    expect(delivery.renditions.map(({ segments }) => segments)).toEqual([4, 8])
    expect(chain.block([says(bob, delivery)])[0]?.refusal).toBe(null)
    chain.skip(4)
    const job = jobOf(chain)
    if (job.phase !== 'delivered') throw new Error('not delivered')
    for (const drawn of [salt, hashHex('another'), hashHex('a third')])
      for (const leaf of challengeOf(job, drawn, sha256)?.leaves ?? [])
        expect(leaf).toBeLessThan(4 + 8)
  })
})

describe('an attestation', () => {
  test('is refused before the seed can be known', () => {
    const chain = accepted()
    chain.block([says(bob, aDelivery(offer))])
    chain.skip(2)
    const early = {
      v: 1,
      t: 'job.attest',
      job: offer.job,
      root: cid('root'),
      verdict: 'pass',
      salt,
      seed: hashHex('x'),
      challenged: [],
      faults: [],
    } as const
    expect(chain.block([says(alice, early)])[0]?.refusal).toBe('seed-not-known')
  })

  test.each([
    ['about another tree', { root: cid('other') }, 'root-differs'],
    ['with another salt than was promised', { salt: hashHex('other') }, 'salt-differs'],
    ['with a seed of its own', { seed: hashHex('other') }, 'seed-differs'],
    ['with a sample of its own', { challenged: [0] }, 'sample-differs'],
    ['that fails for no reason', { verdict: 'fail' as const }, 'verdict-contradicts-faults'],
  ])('%s is refused', (_, overrides, refusal) => {
    const chain = delivered()
    expect(chain.block([says(alice, attestation(chain, overrides))])[0]?.refusal).toBe(refusal)
  })

  test('is made once by each account', () => {
    const chain = delivered()
    const statement = attestation(chain)
    expect(
      chain
        .block([says(alice, statement), says(alice, statement), says(carol, statement)])
        .map(({ refusal }) => refusal),
    ).toEqual([null, 'already-attested', null])
  })
})

describe('an attestation without the salt', () => {
  const silent = (chain: TestChain): JobAttest => {
    const job = jobOf(chain)
    const challenge = job.phase === 'delivered' ? challengeOf(job, '', sha256) : null
    if (!challenge) throw new Error('the beacon is complete')
    const { seed, leaves: challenged } = challenge
    return attestation(chain, { salt: '', seed: Sha256Hex.parse(seed), challenged })
  }

  test("is an arbiter's of the offer, about a dispute, and refused from anybody else", () => {
    const chain = delivered()
    const before = chain.block([says(carol, silent(chain))])
    expect(before[0]?.refusal).toBe('salt-differs')
    chain.block([disputes(award, bob)])
    const said = [bob, alice, carol].map((who) => says(who, silent(chain)))
    expect(chain.block(said).map(({ refusal }) => refusal)).toEqual([
      'salt-differs',
      'salt-differs',
      null,
    ])
  })

  test('is refused once the creator has revealed it', () => {
    const chain = delivered()
    chain.block([disputes(award, bob)], [says(alice, attestation(chain))])
    expect(chain.block([says(carol, silent(chain))])[0]?.refusal).toBe('salt-differs')
    expect(chain.block([says(carol, attestation(chain))])[0]?.refusal).toBeNull()
  })
})

describe('a dispute', () => {
  const ruling = {
    v: 1,
    t: 'job.ruling',
    job: offer.job,
    root: cid('root'),
    verdict: 'fail',
    toEncoder: hbd(0n),
    toCreator: hbd(3n),
    faults: [{ code: 'unavailable' }],
  } as const

  test('is ended by the arbiter, whose ruling counts with its releases', () => {
    const chain = delivered()
    chain.block([disputes(award, alice)])
    expect(jobOf(chain)).toMatchObject({ phase: 'delivered', dispute: { by: alice } })
    const records = chain.block([releases(award, carol, alice), says(carol, ruling)])
    expect(records.map(({ refusal }) => refusal)).toEqual([null, null])
    expect(jobOf(chain)).toMatchObject({
      phase: 'settled',
      toCreator: 3n,
      ruling: { verdict: 'fail' },
    })
    expect(marksOf(chain)).toEqual({ encoder: ['lost'], creator: [], arbiter: [] })
  })

  test('may be split', () => {
    const chain = delivered()
    chain.block([disputes(award, bob)])
    const split = { ...ruling, toEncoder: hbd(1n), toCreator: hbd(2n) }
    chain.block([
      releases(award, carol, bob, hbd(1n)),
      releases(award, carol, alice, hbd(2n)),
      says(carol, split),
    ])
    expect(jobOf(chain)).toMatchObject({
      phase: 'settled',
      toEncoder: 1n,
      toCreator: 2n,
      ruling: { verdict: 'fail' },
    })
  })

  test.each([
    [
      'says other amounts than were released',
      { ...ruling, toCreator: hbd(2n) },
      carol,
      'amounts-differ',
    ],
    ['is made by somebody else', ruling, bob, 'not-the-arbiter'],
    ['is about another tree', { ...ruling, root: cid('other') }, carol, 'root-differs'],
  ])('a ruling that %s is refused', (_, statement, signer, refusal) => {
    const chain = delivered()
    chain.block([disputes(award, alice)])
    expect(
      chain.block([releases(award, carol, alice), says(signer, statement)]).at(-1)?.refusal,
    ).toBe(refusal)
  })

  test('has what each of its parties says, once each, from the transaction of the dispute to its end', () => {
    const chain = delivered()
    const saying = (text: string) => ({ v: 1, t: 'job.evidence', job: offer.job, text }) as const
    expect(chain.block([says(alice, saying('Too early.'))])[0]?.refusal).toBe('not-disputed')
    const first = { ...saying('It is black.\nLook.'), evidence: cid('picture') }
    const records = chain.block([disputes(award, alice), says(alice, first)])
    expect(records.map(({ refusal }) => refusal)).toEqual([null, null])
    expect(records[1]?.facts).toEqual([{ type: 'evidence-given', job: offer.job, by: alice }])
    const more = chain.block([
      says(alice, saying('And again.')),
      says(carol, saying('I rule.')),
      says(bob, saying('So is the source.')),
    ])
    expect(more.map(({ refusal }) => refusal)).toEqual(['already-said', 'not-a-party', null])
    chain.block([releases(award, carol, alice), says(carol, ruling)])
    expect(chain.block([says(bob, saying('Too late.'))])[0]?.refusal).toBe('wrong-phase')
    expect(jobOf(chain)).toMatchObject({
      phase: 'settled',
      dispute: {
        evidence: [
          { by: alice, operation: first },
          { by: bob, operation: { text: 'So is the source.' } },
        ],
      },
    })
  })

  test('a ruling without a dispute is refused', () => {
    const chain = delivered()
    expect(chain.block([releases(award, bob, alice), says(carol, ruling)]).at(-1)?.refusal).toBe(
      'not-disputed',
    )
  })
})

describe('an arbiter', () => {
  const longAgo = (): TestChain => {
    const chain = offered()
    const ratificationDeadline = time(startTime + 9 + 120)
    chain.block([funds(award, { ratificationDeadline }), says(alice, award)])
    chain.block([approves(award, bob)])
    chain.skip(38)
    return chain
  }

  test('that lets an escrow lapse without a word has that on record, and may be explained', () => {
    const chain = longAgo()
    chain.block([virtually('escrow-rejected', award)])
    expect(jobOf(chain)).toMatchObject({ phase: 'offered', silences: [{ arbiter: carol }] })
    expect(marksOf(chain).arbiter).toEqual(['silent'])
    const [explained] = explainStanding(chain.ledger(), carol, chain.ledger().head!.height)
    expect(explained?.entries).toMatchObject([
      { marks: ['silent'], transactions: [{ what: 'award' }, { what: 'lapse' }] },
    ])
    expect(explained?.points).toBeLessThan(explained!.start)
  })

  test('that stood by is not to blame for a lapse, nor one that had no time to', () => {
    const chain = longAgo()
    const stoodBy = offered()
    const ratificationDeadline = time(startTime + 9 + 120)
    stoodBy.block([funds(award, { ratificationDeadline }), says(alice, award)])
    stoodBy.block([approves(award, carol)])
    stoodBy.skip(38)
    stoodBy.block([virtually('escrow-rejected', award)])
    expect(marksOf(stoodBy).arbiter).toEqual([])
    const hurried = offered()
    hurried.block([
      funds(award, { ratificationDeadline: time(startTime + 12) }),
      says(alice, award),
    ])
    hurried.block([virtually('escrow-rejected', award)])
    expect(marksOf(hurried).arbiter).toEqual([])
    chain.block([approves(award, carol, false), virtually('escrow-rejected', award)])
    expect(marksOf(chain).arbiter).toEqual([])
  })

  test('that sleeps over a dispute loses standing until it rules', () => {
    const chain = delivered()
    chain.block([disputes(award, alice)])
    const scoreAt = (seconds: number) => {
      const ledger = chain.ledger()
      const head = { ...ledger.head!, time: time(offer.deliverBy + seconds) }
      return explainStanding({ ...ledger, head }, carol, head.height)
    }
    expect(scoreAt(86_400)).toEqual([])
    const [asleep] = scoreAt(86_401)
    expect(asleep?.entries).toMatchObject([{ marks: ['asleep'], job: offer.job }])
    expect(asleep?.points).toBeLessThan(asleep!.start)
    chain.block([releases(award, carol, bob)])
    expect(marksOf(chain)).toMatchObject({ creator: ['wrong-dispute'], arbiter: ['unexplained'] })
  })

  test('that gives its reasons with the release has nothing held against it', () => {
    const chain = delivered()
    chain.block([disputes(award, alice)])
    const statement = { v: 1, t: 'job.ruling', job: offer.job, root: cid('root') } as const
    const amounts = { verdict: 'pass', toEncoder: hbd(3n), toCreator: hbd(0n), faults: [] } as const
    chain.block([releases(award, carol, bob), says(carol, { ...statement, ...amounts })])
    expect(marksOf(chain)).toEqual({ encoder: [], creator: ['wrong-dispute'], arbiter: [] })
  })
})

describe('after the end of an escrow', () => {
  test('a creator that pays itself back for delivered work has that on record, and its encoder has not', () => {
    const chain = delivered()
    chain.block([releases(award, alice, alice)])
    expect(marksOf(chain)).toEqual({ encoder: [], creator: ['took-back'], arbiter: [] })
  })

  test('an encoder that pays itself for nothing has that on record', () => {
    const chain = accepted()
    chain.block([releases(award, bob, bob)])
    expect(marksOf(chain)).toMatchObject({ encoder: ['took-unearned'], creator: [] })
  })
})

describe('an encoder that gives the money back', () => {
  test('settles the job without pay and without a rating', () => {
    const chain = accepted()
    chain.block([releases(award, bob, alice)])
    expect(jobOf(chain)).toMatchObject({
      phase: 'settled',
      toEncoder: 0n,
      toCreator: 3n,
      delivered: null,
      settledBy: bob,
    })
    expect(marksOf(chain)).toEqual({ encoder: ['refunded'], creator: [], arbiter: [] })
    const rating = { v: 1, t: 'encoder.rate', job: offer.job, encoder: bob, stars: 1 } as const
    expect(chain.block([says(alice, rating)])[0]?.refusal).toBe('not-paid')
  })
})

describe('a rating', () => {
  test('is given once, by the account that paid, to the encoder that worked', () => {
    const chain = delivered()
    chain.block([releases(award, alice, bob)])
    const rating = { v: 1, t: 'encoder.rate', job: offer.job, encoder: bob, stars: 4 } as const
    const refusals = chain
      .block([
        says(bob, rating),
        says(alice, { ...rating, encoder: carol }),
        says(alice, rating),
        says(alice, rating),
      ])
      .map(({ refusal }) => refusal)
    expect(refusals).toEqual(['not-the-creator', 'not-the-encoder', null, 'already-rated'])
  })
})
