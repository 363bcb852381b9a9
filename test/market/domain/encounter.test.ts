import { expect, test } from 'vitest'
import {
  chainDeliveries,
  historyPercent,
  isUnseen,
  noHistory,
} from '#market/domain/delivery-history.ts'
import type { EncounterKind } from '#market/domain/encounter.ts'
import { ownDeliveries, setAsideUntil } from '#market/domain/encounter.ts'
import { historyOf } from '#market/services/known-deliveries.ts'
import { bob, jobId, time } from '#test/support/builders.ts'

const seen = (...kinds: readonly EncounterKind[]) =>
  kinds.map((kind, place) => ({
    ...{ kind, encoder: bob, job: jobId('alice', place + 1), at: time(1_000 * (place + 1)) },
  }))

test('an encoder that fails is set aside for twice as long each time, for a day at the most', () => {
  expect(setAsideUntil([])).toBeNull()
  expect(setAsideUntil(seen('late'))).toBeNull()
  expect(setAsideUntil(seen('returned'))).toBe(1_120)
  expect(setAsideUntil(seen('returned', 'silent', 'unapproved'))).toBe(3_480)
  const often = Array.from({ length: 20 }, () => 'failed' as const)
  expect(setAsideUntil(seen(...often))).toBe(20_000 + 86_400)
})

test('a delivery ends the row, in whatever order it is looked at', () => {
  expect(setAsideUntil(seen('failed', 'failed', 'delivered'))).toBeNull()
  expect(setAsideUntil(seen('failed', 'delivered', 'silent').toReversed())).toBe(3_120)
})

test('who has delivered much is doubted less, who has failed more; where a job explores, a stranger not at all', () => {
  const known = (own: readonly EncounterKind[]) =>
    historyPercent({ ...noHistory, own: ownDeliveries(seen(...own)) }, { isExploring: false })
  const good = known(Array.from({ length: 30 }, () => 'delivered' as const))
  expect(good).toBeLessThan(known([]))
  expect(known([])).toBeLessThan(known(['failed']))
  expect(known(['misrevealed', 'failed', 'failed'])).toBeLessThanOrEqual(50)
  expect(historyPercent(noHistory, { isExploring: true })).toBe(0)
})

test('the chain tells of deliveries by the deeds and marks of a standing', () => {
  const marks = new Map([['late', 2n] as const, ['lost', 1n] as const])
  const record = { good: new Map(), goodTotal: 0n, faults: 0n, deeds: 10n, marks }
  expect(chainDeliveries(record)).toEqual({ kept: 7, faults: 6 })
  expect(chainDeliveries(undefined)).toEqual({ kept: 0, faults: 0 })
})

test('who has only the chain to tell by is told by it', () => {
  expect(historyOf({ deeds: 10, marks: { late: 2, lost: 1 } })).toEqual({
    own: { kept: 0, faults: 0 },
    chain: { kept: 7, faults: 6 },
  })
  expect(isUnseen(historyOf(undefined))).toBe(true)
})
