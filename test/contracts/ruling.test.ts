import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SettledJob } from '#contracts/job.ts'
import { owedFor, reviewRuling } from '#contracts/ruling.ts'
import type { Fault } from '#protocol/attestation.ts'
import { mostFaults } from '#protocol/attestation.ts'
import type { JobRuling } from '#protocol/ruling.ts'
import {
  aDelivery,
  alice,
  anAward,
  anOffer,
  bob,
  carol,
  cid,
  hashHex,
  hbd,
  height,
  salt,
  time,
  transactionId,
} from '../support/builders.ts'

const ladder = [
  { name: '720p', width: 1_280, height: 720, kbps: 2_500, profile: 'high', level: '4.0' },
  { name: '480p', width: 854, height: 480, kbps: 1_000, profile: 'main', level: '3.1' },
] as const
const offer = anOffer({ ladder: [...ladder] })
const point = { height: height(1), time: time(1_000_000), transaction: transactionId('x') }
const at = (seconds: number) => ({ ...point, time: time(seconds) })
const shareOf480 = (1_000n * 854n * 480n) / (1_280n * 720n + 854n * 480n)

function aJob(overrides: Partial<SettledJob> = {}): SettledJob {
  return {
    phase: 'settled',
    id: offer.job,
    creator: alice,
    offer,
    offeredAt: point,
    rejectedAwards: 0,
    award: anAward({ price: hbd(1_000n) }),
    awardedAt: point,
    hwAccel: 'none',
    encoderClass: null,
    acceptedAt: point,
    approvals: [],
    dispute: { by: alice, at: point },
    delivered: {
      operation: aDelivery(offer),
      at: point,
      beacon: [],
      challengeLeaves: 5,
      attestations: [],
    },
    settledAt: point,
    settledBy: carol,
    toEncoder: hbd(0n),
    toCreator: hbd(1_000n),
    ruling: null,
    stars: null,
    ...overrides,
  } as SettledJob
}

const bad = (rendition?: string): Fault => ({
  code: 'bytes-differ',
  ...(rendition === undefined ? {} : { rendition, segment: 0 }),
})
const ruled = (faults: readonly Fault[]): JobRuling => ({
  v: 1,
  t: 'job.ruling',
  job: offer.job,
  root: cid('root'),
  verdict: faults.length > 0 ? 'fail' : 'pass',
  toEncoder: hbd(0n),
  toCreator: hbd(1_000n),
  faults,
})
const attested = (by: typeof alice, faults: readonly Fault[]) => ({
  by,
  at: point,
  operation: {
    v: 1,
    t: 'job.attest',
    job: offer.job,
    root: cid('root'),
    verdict: faults.length > 0 ? 'fail' : 'pass',
    salt,
    seed: hashHex('seed'),
    challenged: [0],
    faults,
  } as const,
})

describe('what an encoder is owed', () => {
  test('is everything without a fault, and nothing with one of the whole tree or of the sound', () => {
    expect(owedFor(aJob(), [])).toBe(1_000n)
    expect(owedFor(aJob(), [bad()])).toBe(0n)
    expect(owedFor(aJob(), [bad('audio')])).toBe(0n)
    expect(owedFor(aJob(), [bad('480p'), bad('another')])).toBe(0n)
  })

  test('is the share of the renditions that are good', () => {
    expect(owedFor(aJob(), [bad('720p')])).toBe(shareOf480)
    expect(owedFor(aJob(), [bad('720p'), bad('720p')])).toBe(shareOf480)
    expect(owedFor(aJob(), [bad('480p')])).toBe(1_000n - shareOf480 - 1n)
    expect(owedFor(aJob(), [bad('720p'), bad('480p')])).toBe(0n)
  })

  test('counts a copied rendition for a tenth', () => {
    const copied = aJob({ offer: anOffer({ ladder: [...ladder], copied: '480p' }) })
    const weight = 854n * 480n
    const all = 10n * 1_280n * 720n + weight
    expect(owedFor(copied, [bad('720p')])).toBe((1_000n * weight) / all)
  })

  test('is nothing where the list of faults is full and may hide others', () => {
    expect(owedFor(aJob(), Array(mostFaults - 1).fill(bad('720p')))).toBe(shareOf480)
    expect(owedFor(aJob(), Array(mostFaults).fill(bad('720p')))).toBe(0n)
  })

  test('is nothing for work that was never delivered, or after the deadline and its grace', () => {
    const { delivered } = aJob()
    const deliveredAt = (seconds: number) =>
      aJob({ delivered: delivered && { ...delivered, at: at(seconds) } })
    expect(owedFor(aJob({ delivered: null }), [])).toBe(0n)
    expect(owedFor(deliveredAt(offer.deliverBy + 60), [])).toBe(1_000n)
    expect(owedFor(deliveredAt(offer.deliverBy + 61), [])).toBe(0n)
  })

  test('never grows by another fault, and never exceeds the price', () => {
    const fault = fc.constantFrom(bad(), bad('audio'), bad('720p'), bad('480p'))
    fc.assert(
      fc.property(fc.array(fault, { maxLength: 20 }), fault, (faults, another) => {
        const owed = owedFor(aJob(), faults)
        expect(owed).toBeLessThanOrEqual(1_000n)
        expect(owedFor(aJob(), [...faults, another])).toBeLessThanOrEqual(owed)
      }),
    )
  })
})

describe('a review', () => {
  test('finds nothing to say where nothing was ruled', () => {
    expect(reviewRuling(aJob())).toBeNull()
  })

  test('tells a ruling that follows its own faults from one that does not', () => {
    const good = aJob({ ruling: ruled([bad()]) })
    const split = aJob({ ruling: ruled([bad('720p')]), toEncoder: hbd(shareOf480) })
    const greedy = aJob({ ruling: ruled([]) })
    expect(reviewRuling(good)?.followsFaults).toBe(true)
    expect(reviewRuling(split)?.followsFaults).toBe(true)
    expect(reviewRuling(greedy)?.followsFaults).toBe(false)
  })

  test('holds a ruling against what others found, except those who found nothing to look at', () => {
    const { delivered } = aJob()
    const attestations = [
      attested(alice, [bad('720p'), bad('480p')]),
      attested(bob, []),
      attested(carol, [{ code: 'unavailable' }]),
    ]
    const job = aJob({
      ruling: ruled([bad()]),
      delivered: delivered && { ...delivered, attestations },
    })
    expect(reviewRuling(job)).toEqual({
      followsFaults: true,
      agreeing: [alice],
      contradicting: [bob],
    })
  })
})
