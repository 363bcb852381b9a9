import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Role } from '#contracts/deeds.ts'
import { deedsOf } from '#contracts/deeds.ts'
import { explainStanding } from '#contracts/explain-standing.ts'
import type { SettledJob } from '#contracts/job.ts'
import { parametersAt } from '#contracts/parameters.ts'
import { meritsOf, pointsFrom, scoreOf } from '#contracts/reputation.ts'
import { account, alice, bob, carol, cid, hbd, height, time } from '../support/builders.ts'
import {
  aSettledJob,
  ends,
  ledgerAfter,
  pointOf,
  ruled,
  settledHeight,
} from '../support/settled-jobs.ts'

const at = height(settledHeight)
const { reputation } = parametersAt(at)
const day = 86_400

const job = aSettledJob({ creator: alice, price: 500n })
const disputed = ruled(job, 'pass')
const failed = ruled(job, 'fail')
const none = hbd(0n)
const all = job.award.price

const marksIn = (settled: SettledJob, role: Role) =>
  deedsOf(settled).find((deed) => deed.role === role)?.marks

/** How an arbiter looks that was attested against by somebody. */
const attested = (by: string, verdict: 'pass' | 'fail', base: SettledJob): SettledJob => ({
  ...base,
  offer: { ...base.offer, arbiters: [carol, account('judge')] },
  delivered: {
    ...base.delivered!,
    attestations: [
      {
        by: account(by),
        at: pointOf('attested'),
        operation: {
          v: 1,
          t: 'job.attest',
          job: base.id,
          root: cid('root'),
          verdict,
          salt: base.offer.saltHash,
          seed: base.offer.saltHash,
          challenged: [],
          faults: verdict === 'fail' ? [{ code: 'merkle-root-differs' }] : [],
        },
      },
    ],
  },
})

const slow = (base: SettledJob, seconds: number): SettledJob => ({
  ...base,
  settledAt: { ...base.settledAt, time: time(base.offer.deliverBy + seconds) },
  award: { ...base.award, readyBy: time(base.offer.deliverBy) },
})

test.each<readonly [string, Role, SettledJob, readonly string[]]>([
  ['pays for what was delivered', 'creator', job, []],
  ['disputes good work', 'creator', disputed, ['wrong-dispute']],
  ['disputes bad work', 'creator', failed, []],
  ['disputes work that never came', 'creator', { ...failed, delivered: null }, []],
  [
    'has to be disputed to pay for good work',
    'creator',
    { ...disputed, dispute: { ...disputed.dispute!, by: bob } },
    ['withheld'],
  ],
  [
    'sleeps until the encoder pays itself',
    'creator',
    { ...job, taken: { byEncoder: all, byCreator: none } },
    ['withheld'],
  ],
  [
    'takes its money back from good work when the escrow is over',
    'creator',
    { ...job, toEncoder: none, toCreator: all, taken: { byEncoder: none, byCreator: all } },
    ['took-back'],
  ],
  [
    'takes its money back where nothing was delivered',
    'creator',
    { ...ends.refunded(job), taken: { byEncoder: none, byCreator: all } },
    [],
  ],
  ['delivers in time and is paid', 'encoder', job, []],
  ['delivers late and is paid', 'encoder', ends.late(job), ['late']],
  ['gives the money back', 'encoder', ends.refunded(job), ['refunded']],
  ['gives the money back too late', 'encoder', ends.late(ends.refunded(job)), ['late', 'refunded']],
  ['loses a dispute', 'encoder', failed, ['lost']],
  [
    'loses part of the money in a dispute',
    'encoder',
    { ...failed, toEncoder: hbd(1n), toCreator: hbd(499n) },
    ['lost'],
  ],
  [
    'wins a dispute about the rest of what it gave back in part',
    'encoder',
    {
      ...disputed,
      toEncoder: hbd(400n),
      toCreator: hbd(100n),
      dispute: { ...disputed.dispute!, before: { toEncoder: none, toCreator: hbd(100n) } },
    },
    ['refunded'],
  ],
  ['wins a dispute', 'encoder', disputed, []],
  [
    'pays itself for nothing when the escrow is over',
    'encoder',
    { ...job, delivered: null, taken: { byEncoder: all, byCreator: none } },
    ['took-unearned'],
  ],
  [
    'delivers, and has the money taken back from it',
    'encoder',
    { ...job, toEncoder: none, toCreator: all, taken: { byEncoder: none, byCreator: all } },
    [],
  ],
  ['stands by a job that needs it not', 'arbiter', job, []],
  ['rules for the encoder', 'arbiter', disputed, []],
  ['rules for the creator', 'arbiter', failed, []],
  ['takes a day over it', 'arbiter', slow(disputed, day), []],
  ['takes more than a day over it', 'arbiter', slow(disputed, day + 1), ['slow']],
  ['ends a dispute without a ruling', 'arbiter', { ...disputed, ruling: null }, ['unexplained']],
  [
    'fails a delivery for no reason',
    'arbiter',
    { ...failed, ruling: { ...failed.ruling!, faults: [] } },
    ['against-evidence'],
  ],
  [
    'fails what was never delivered, which is reason enough',
    'arbiter',
    { ...failed, delivered: null, ruling: { ...failed.ruling!, faults: [] } },
    [],
  ],
  [
    'pays for what was never delivered',
    'arbiter',
    { ...disputed, delivered: null },
    ['against-evidence'],
  ],
  [
    'leaves what the creator had paid before of a job that never came',
    'arbiter',
    {
      ...failed,
      delivered: null,
      toEncoder: hbd(100n),
      toCreator: hbd(400n),
      dispute: { ...failed.dispute!, before: { toEncoder: hbd(100n), toCreator: none } },
    },
    [],
  ],
  [
    'pays for work in spite of the faults it names',
    'arbiter',
    {
      ...disputed,
      ruling: { ...disputed.ruling!, verdict: 'fail', faults: [{ code: 'merkle-root-differs' }] },
    },
    ['against-evidence'],
  ],
  [
    'gives the creator part of the price of faultless work',
    'arbiter',
    { ...disputed, toEncoder: hbd(400n), toCreator: hbd(100n) },
    ['against-evidence'],
  ],
  [
    'cannot take back what the creator had paid before of bad work',
    'arbiter',
    {
      ...failed,
      toEncoder: hbd(100n),
      toCreator: hbd(400n),
      dispute: { ...failed.dispute!, before: { toEncoder: hbd(100n), toCreator: none } },
    },
    [],
  ],
  [
    'rules what another arbiter of the offer denies',
    'arbiter',
    attested('judge', 'fail', disputed),
    ['contradicted'],
  ],
  ['rules what another arbiter confirms', 'arbiter', attested('judge', 'pass', disputed), []],
  ['rules what a passer-by denies', 'arbiter', attested('nobody', 'fail', disputed), []],
  ['rules what a party denies', 'arbiter', attested('alice', 'fail', disputed), []],
])('whoever %s has that on record as %s', (_, role, settled, marks) => {
  expect(marksIn(settled, role)).toEqual(marks)
})

describe('the score of a creator or an arbiter', () => {
  const parties = { creator: alice, arbiter: carol } as const
  const price = fc.bigInt(20n, 50_000n)
  const history = fc.array(
    fc.record({ price, encoder: fc.constantFrom(bob, account('dora')), isWon: fc.boolean() }),
    { maxLength: 12 },
  )

  test.each(['creator', 'arbiter'] as const)('rises as a %s does well, within its band', (role) => {
    fc.assert(
      fc.property(history, price, (past, milli) => {
        const jobs = past.map(({ isWon, ...deal }) => {
          const done = aSettledJob({ creator: alice, ...deal })
          return isWon ? ends.won(done) : done
        })
        const score = (of: readonly SettledJob[]) =>
          scoreOf(ledgerAfter(of), parties[role], role, at)
        const points = (of: readonly SettledJob[]): bigint =>
          pointsFrom(meritsOf(ledgerAfter(of), parties[role], role, at), reputation)
        const more = [...jobs, aSettledJob({ creator: alice, price: milli })]
        expect(points(more)).toBeGreaterThanOrEqual(points(jobs))
        const { low, score: middle, high } = score(more)
        expect([low, middle, high]).toEqual([low, middle, high].toSorted((a, b) => a - b))
      }),
    )
  })

  test('falls for a creator that disputes good work, by more than ten good jobs bring', () => {
    const good = Array.from({ length: 10 }, (_, number) =>
      aSettledJob({ creator: alice, encoder: account(`encoder-${number}`), price: 500n }),
    )
    const score = (jobs: readonly SettledJob[]): number =>
      scoreOf(ledgerAfter(jobs), alice, 'creator', at).score
    expect(score(good)).toBeGreaterThan(score([]))
    expect(score([...good, disputed])).toBeLessThan(score([]))
  })

  test.each<readonly [string, SettledJob]>([
    ['rules against the evidence', { ...disputed, delivered: null }],
    ['rules late', slow(disputed, 2 * day)],
    ['gives no reason', { ...disputed, ruling: null }],
    ['is contradicted', attested('judge', 'fail', disputed)],
  ])('falls for an arbiter that %s', (_, ruling) => {
    const before = scoreOf(ledgerAfter([job]), carol, 'arbiter', at).score
    const ledger = ledgerAfter([job, ruling])
    const after = scoreOf(ledger, carol, 'arbiter', height(ruling.settledAt.height)).score
    expect(after).toBeLessThan(before)
  })
})

test('an account has a score for each role that it played, and each is explained', () => {
  const ledger = ledgerAfter([job, aSettledJob({ creator: bob, encoder: alice, price: 3n })])
  expect(explainStanding(ledger, alice, at).map(({ role }) => role)).toEqual(['encoder', 'creator'])
  expect(explainStanding(ledger, account('nobody'), at)).toEqual([])
})
