import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AttemptEnd } from '#market/domain/failure-class.ts'
import { afterFailure, failureRules } from '#market/domain/failure-class.ts'
import { isEnded, isLegalMove } from '#market/domain/job-phases.ts'
import { judgeLease } from '#market/domain/lease.ts'
import { exponentialDelay, jitteredDelay } from '#market/domain/retry.ts'
import { isShort, nextTier, routeJob } from '#market/domain/routing.ts'
import { overallProgress } from '#market/domain/stage-progress.ts'
import { milliHbd } from '#protocol/amount.ts'
import { EncoderKind, EncodingEventType, EncodingPhase } from '#protocol/encoding-job.ts'
import { Stage } from '#protocol/progress.ts'

const aPhase = fc.constantFrom(...EncodingPhase.options)
const aKind = fc.constantFrom(...EncoderKind.options)
const someTiers = fc.uniqueArray(aKind, { minLength: 1 })
const anEnd = fc.constantFrom(...Object.keys(failureRules)) as fc.Arbitrary<AttemptEnd>
const anAttempt = someTiers.chain((tiers) =>
  fc.record({
    tiers: fc.constant(tiers),
    tier: fc.constantFrom(...tiers),
    attempts: fc.nat(4),
    maxAttempts: fc.integer({ min: 1, max: 5 }),
  }),
)

describe('phases', () => {
  test('nothing moves a job that has ended', () => {
    for (const from of EncodingPhase.options.filter(isEnded))
      for (const type of EncodingEventType.options)
        for (const phase of EncodingPhase.options)
          expect(isLegalMove(from, { type, phase })).toBe(false)
  })

  test('every phase is reached from a submission', () => {
    const reached = new Set<EncodingPhase | null>([null])
    for (let round = 0; round < EncodingPhase.options.length; round += 1)
      for (const from of [...reached])
        for (const type of EncodingEventType.options)
          for (const phase of EncodingPhase.options)
            if (isLegalMove(from, { type, phase })) reached.add(phase)
    expect([...reached].sort()).toEqual([null, ...EncodingPhase.options].sort())
  })

  test('an offer on the chain leaves the phase as it is', () => {
    expect(isLegalMove('leased', { type: 'offered', phase: 'leased' })).toBe(true)
    expect(isLegalMove('queued', { type: 'offered', phase: 'leased' })).toBe(false)
  })

  test('an award on the chain takes a job from wherever it is, and a check of the work moves nothing', () => {
    for (const from of ['queued', 'leased'] as const) {
      expect(isLegalMove(from, { type: 'awarded', phase: 'leased' })).toBe(true)
      expect(isLegalMove(from, { type: 'reopened', phase: 'queued' })).toBe(true)
      expect(isLegalMove(from, { type: 'attested', phase: from })).toBe(true)
    }
    expect(isLegalMove('leased', { type: 'delivered', phase: 'queued' })).toBe(false)
  })
})

describe('leases', () => {
  const now = new Date('2026-01-01T00:00:00Z')
  const held = {
    phase: 'leased',
    assignedEncoderId: 'mine',
    leaseExpiresAt: new Date(now.getTime() + 1),
    fencingToken: 3,
  } as const
  const lease = { encoder: 'mine', fencingToken: 3 }

  test('a lease holds for its holder until its last moment', () => {
    expect(judgeLease(held, lease, now)).toBeNull()
    expect(judgeLease({ ...held, leaseExpiresAt: now }, lease, now)).toBe('lease-expired')
    expect(judgeLease({ ...held, phase: 'queued', leaseExpiresAt: null }, lease, now)).toBe(
      'lease-expired',
    )
  })

  test('a job that is not there, ended, or somebody else is refused by name', () => {
    expect(judgeLease(null, lease, now)).toBe('not-found')
    expect(judgeLease({ ...held, phase: 'completed' }, lease, now)).toBe('ended')
    expect(judgeLease({ ...held, assignedEncoderId: 'other' }, lease, now)).toBe('not-holder')
    expect(judgeLease({ ...held, assignedEncoderId: null }, lease, now)).toBe('not-holder')
  })

  test('only the very token of the lease passes', () => {
    fc.assert(
      fc.property(fc.nat(10), aPhase, (fencingToken, phase) => {
        const verdict = judgeLease({ ...held, phase }, { ...lease, fencingToken }, now)
        expect(verdict === null).toBe(!isEnded(phase) && fencingToken === 3)
        if (!isEnded(phase) && fencingToken !== 3) expect(verdict).toBe('stale-token')
      }),
    )
  })
})

describe('failures', () => {
  test('a job stays within its tiers and never goes back up', () => {
    fc.assert(
      fc.property(anAttempt, anEnd, (job, end) => {
        const after = afterFailure(job, end)
        expect(job.tiers.indexOf(after.tier)).toBeGreaterThanOrEqual(job.tiers.indexOf(job.tier))
        if (after.tier !== job.tier) expect(after.attempts).toBe(0)
      }),
    )
  })

  test('what costs an attempt ends, whatever fails in whatever order', () => {
    const costly = anEnd.filter((end) => failureRules[end].costsAttempt)
    fc.assert(
      fc.property(anAttempt, fc.array(costly, { minLength: 20, maxLength: 20 }), (job, ends) => {
        let state = { ...job, phase: 'queued' as 'queued' | 'failed' }
        for (const end of ends)
          if (state.phase === 'queued') state = { ...state, ...afterFailure(state, end) }
        expect(state.phase).toBe('failed')
      }),
    )
  })

  test('what costs no attempt never ends a job', () => {
    const free = anEnd.filter((end) => !failureRules[end].costsAttempt)
    fc.assert(
      fc.property(anAttempt, free, (job, end) => {
        expect(afterFailure(job, end)).toMatchObject({ phase: 'queued', tier: job.tier })
      }),
    )
  })

  test('an input that nobody can encode ends the job at once', () => {
    fc.assert(
      fc.property(anAttempt, (job) => {
        expect(afterFailure(job, 'input-fatal').phase).toBe('failed')
      }),
    )
  })

  test('an encoder that cannot hands the job to the next tier at its first attempt', () => {
    const job = {
      tiers: ['agent', 'community'],
      tier: 'agent',
      attempts: 0,
      maxAttempts: 3,
    } as const
    expect(afterFailure(job, 'unsupported-here')).toEqual({
      ...{ phase: 'queued', tier: 'community', attempts: 0, rests: false },
    })
    expect(afterFailure({ ...job, tier: 'community' }, 'unsupported-here')).toMatchObject({
      ...{ phase: 'queued', tier: 'community', attempts: 1, rests: true },
    })
  })
})

describe('retry delays', () => {
  test('jitter shortens a delay by up to a half and never lengthens it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, random) => {
          const delay = jitteredDelay(failures, random)
          expect(delay).toBeLessThanOrEqual(exponentialDelay(failures))
          expect(delay).toBeGreaterThanOrEqual(exponentialDelay(failures) / 2 - 1)
        },
      ),
    )
  })
})

describe('routes', () => {
  const wanted = {
    tiers: ['agent', 'browser', 'community'],
    durationSeconds: 60,
    qualities: ['1080p', '480p'],
    budget: milliHbd(1n),
  } as const

  test('a short, paid job goes to all in the order of its owner', () => {
    expect(routeJob(wanted)).toEqual(wanted.tiers)
    expect(routeJob({ ...wanted, tiers: ['community', 'agent', 'community'] })).toEqual([
      'community',
      'agent',
    ])
  })

  test('browsers get neither long videos, nor unknown ones, nor those without the small rendition', () => {
    expect(routeJob({ ...wanted, durationSeconds: 120 })).toEqual(['agent', 'community'])
    expect(routeJob({ ...wanted, durationSeconds: null })).toEqual(['agent', 'community'])
    expect(routeJob({ ...wanted, qualities: ['1080p'] })).toEqual(['agent', 'community'])
    expect(isShort(119.9)).toBe(true)
  })

  test('the community gets nothing for nothing', () => {
    expect(routeJob({ ...wanted, tiers: ['community'], budget: null })).toEqual([])
  })

  test('falling from tier to tier visits each once', () => {
    fc.assert(
      fc.property(someTiers, (tiers) => {
        const visited: EncoderKind[] = []
        let tier = tiers[0] ?? null
        while (tier !== null) {
          visited.push(tier)
          tier = nextTier(tiers, tier)
        }
        expect(visited).toEqual(tiers)
      }),
    )
  })
})

test('progress over all stages grows with each and ends at 100', () => {
  const steps = Stage.options.flatMap((stage) =>
    [0, 33.3, 50, 100].map((percent) => overallProgress(stage, percent)),
  )
  expect(steps).toEqual([...steps].sort((left, right) => left - right))
  expect([steps[0], steps.at(-1)]).toEqual([0, 100])
})
