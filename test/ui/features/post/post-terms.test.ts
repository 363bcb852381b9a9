import { expect, test } from 'vitest'
import type { Ladder } from '#protocol/ladder.ts'
import { cid, hbd } from '#test/support/builders.ts'
import {
  jobOf,
  missingIn,
  parseCeiling,
  suggestedCeiling,
  usualTerms,
  wantedLadder,
  withRendition,
  withTier,
  withTierEarlier,
} from '#ui/features/post/post-terms.ts'

const ladder: Ladder = [
  { name: '720p', width: 1280, height: 720, kbps: 2500, profile: 'high', level: '4.0' },
  { name: '480p', width: 854, height: 480, kbps: 1000, profile: 'main', level: '3.1' },
]
const source = {
  ...{ name: 'My Film (1).MOV', cid: cid('film'), bytes: 1, width: 1280, height: 720 },
  ...{ seconds: 200, isShort: false, ladder },
}
const terms = usualTerms(source)

test('what is typed for money is read as people write it, and nothing else', () => {
  const read = (text: string) => parseCeiling(text)
  expect(['0.1', '0,1', ' 0.100 HBD', '.1'].map(read)).toEqual([100n, 100n, 100n, null])
  expect(['12', '0', '0.000', '-1', '1.2345', 'a lot', ''].map(read)).toEqual([
    ...[12_000n, null, null, null, null, null, null],
  ])
})

test('the ceiling that is suggested covers every ask, and the cheapest arbiter', () => {
  const asks = { low: hbd(10n), median: hbd(20n), high: hbd(30n) }
  expect(suggestedCeiling(asks, hbd(5n))).toBe(30n)
  expect(suggestedCeiling(asks, hbd(50n))).toBe(50n)
  expect(suggestedCeiling(asks, null)).toBe(30n)
  expect(suggestedCeiling(null, hbd(50n))).toBe(null)
})

test('tiers are asked in the order of their choice, which can be changed', () => {
  const both = withTier(terms, 'agent')
  expect(both.tiers).toEqual(['community', 'agent'])
  expect(withTierEarlier(both, 'agent').tiers).toEqual(['agent', 'community'])
  expect(withTierEarlier(both, 'community').tiers).toEqual(['community', 'agent'])
  expect(withTier(both, 'community').tiers).toEqual(['agent'])
})

test('a rung that is not wanted is left out, and comes back in its place', () => {
  const small = withRendition(terms, '720p')
  expect(wantedLadder(ladder, small).map(({ name }) => name)).toEqual(['480p'])
  const again = withRendition(small, '720p')
  expect(wantedLadder(ladder, again).map(({ name }) => name)).toEqual(['720p', '480p'])
})

test('what is missing is said before anything is sent', () => {
  const missing = (
    changed: Partial<typeof terms>,
    ceiling = hbd(1n) as ReturnType<typeof parseCeiling>,
  ) => missingIn({ ...terms, ...changed }, source, ceiling)
  expect(missing({})).toBe(null)
  expect(missing({ renditions: [] })).toMatch(/at least one rendition/)
  expect(missing({ tiers: [] })).toMatch(/who may encode/)
  expect(missing({}, null)).toMatch(/paid at the most/)
  expect(missing({ tiers: ['agent'] }, null)).toBe(null)
  expect(missing({ tiers: ['browser'] })).toMatch(/two minutes or longer/)
  const short = { ...source, isShort: true }
  const inTab = { ...terms, tiers: ['browser'] as const }
  expect(missingIn(inTab, short, null)).toBe(null)
  expect(missingIn({ ...inTab, renditions: ['720p'] }, short, null)).toMatch(/480p only/)
})

test('a job is sent with its presets, its tiers in order, and a budget where the community may have it', () => {
  expect(jobOf(source, withTier(terms, 'agent'), hbd(7n))).toEqual({
    ...{ permlink: 'my-film-1', inputCid: source.cid, durationSeconds: 200 },
    ...{ tiers: ['community', 'agent'], budget: 7n, qualities: ['720p', '480p'] },
  })
  expect(jobOf(source, { ...terms, tiers: ['agent'] }, hbd(7n)).budget).toBe(null)
  const own = { ...source, name: '影片.mp4' }
  const job = jobOf(own, { ...terms, renditions: ['360p'] }, hbd(7n))
  expect(job.permlink).toBe('video')
  expect(job).not.toHaveProperty('qualities')
})
