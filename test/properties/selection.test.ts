import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noHistory } from '#market/domain/delivery-history.ts'
import { luckFrom } from '#market/domain/luck.ts'
import type { Candidate, Circumstances } from '#market/domain/ranking.ts'
import { costOf, exclusionOf, rankBids, spreadAwards } from '#market/domain/ranking.ts'
import { openRules } from '#market/domain/selection.ts'
import {
  aBid,
  account,
  anOffer,
  carol,
  cid,
  encoderProfile,
  hashHex,
  hbd,
  sha256,
  time,
} from '#test/support/builders.ts'

const now = time(1_000_100)
const offer = anOffer({ ceiling: hbd(1_000n) })
const luckOf = (seed: number) => luckFrom(hashHex(`salt ${seed}`), sha256)

const deliveries = fc.record({
  kept: fc.integer({ min: 0, max: 500 }),
  faults: fc.integer({ min: 0, max: 500 }),
})
const scores = fc
  .array(fc.integer({ min: 0, max: 1_000 }), { minLength: 3, maxLength: 3 })
  .map((points) => points.toSorted((left, right) => left - right))
  .map(([low = 0, score = 0, high = 0]) => ({ low, score, high }))
const nodes = fc.constantFrom<Candidate['node']>(
  { encoder: encoderProfile },
  { encoder: { ...encoderProfile, class: { ...encoderProfile.class, cid: cid('foreign') } } },
  {},
  undefined,
)
const names = ['ann', 'ben', 'cleo', 'dan', 'eve', 'fay'] as const
const candidates = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      price: fc.bigInt({ min: 1n, max: 1_500n }),
      readyBy: fc.integer({ min: 999_900, max: 1_001_200 }),
      expires: fc.integer({ min: 999_900, max: 1_001_200 }),
      arbiter: fc.constantFrom('carol', 'someone'),
      setAsideUntil: fc.option(fc.integer({ min: 999_900, max: 1_000_900 })),
      recentAwards: fc.integer({ min: 0, max: spreadAwards }),
      node: nodes,
      score: scores,
      own: deliveries,
      chain: deliveries,
    }),
    { selector: ({ name }) => name, maxLength: names.length },
  )
  .map((drawn) =>
    drawn.map(
      ({
        name,
        price,
        readyBy,
        expires,
        arbiter,
        setAsideUntil,
        own,
        chain,
        ...rest
      }): Candidate => ({
        bid: aBid({
          ...{ encoder: account(name), price: hbd(price), arbiters: [account(arbiter)] },
          ...{ readyBy: time(readyBy), expires: time(expires) },
        }),
        setAsideUntil: setAsideUntil === null ? null : time(setAsideUntil),
        history: { own, chain },
        ...rest,
      }),
    ),
  )
const circumstances = fc
  .record({
    seed: fc.nat(10_000),
    floor: fc.integer({ min: 0, max: 400 }),
    blocked: fc.subarray([...names]),
  })
  .map(
    ({ seed, floor, blocked }): Circumstances => ({
      ...{ offer, now, ownClass: encoderProfile.class.cid, arbiters: [carol], luck: luckOf(seed) },
      rules: { blocked: blocked.map(account), reputationFloor: floor },
    }),
  )

test('nobody is ranked whom a filter keeps out, and everybody else is', () => {
  fc.assert(
    fc.property(candidates, circumstances, (all, given) => {
      const ranked = rankBids(all, given)
      for (const candidate of ranked) {
        const { bid, node, score, setAsideUntil } = candidate
        expect(node?.encoder).toBeDefined()
        expect(given.rules.blocked).not.toContain(bid.encoder)
        expect(score.low).toBeGreaterThanOrEqual(given.rules.reputationFloor)
        expect(bid.price).toBeLessThanOrEqual(offer.ceiling)
        expect(bid.readyBy).toBeLessThanOrEqual(offer.deliverBy)
        expect(Math.min(bid.expires, bid.readyBy)).toBeGreaterThan(now)
        expect(bid.arbiters).toContain(carol)
        expect(setAsideUntil ?? 0).toBeLessThanOrEqual(now)
      }
      const out = all.filter((candidate) => exclusionOf(candidate, given) !== null)
      expect(ranked.length + out.length).toBe(all.length)
    }),
  )
})

test('a bid never falls behind by asking less, nor gets ahead by asking more', () => {
  fc.assert(
    fc.property(
      candidates,
      circumstances,
      fc.nat(5),
      fc.bigInt({ min: 1n, max: 1_000n }),
      (all, given, pick, price) => {
        const chosen = all[pick % Math.max(1, all.length)]
        if (!chosen) return
        const placeAt = (asked: bigint) =>
          rankBids(
            all.map((each) =>
              each === chosen ? { ...each, bid: { ...each.bid, price: hbd(asked) } } : each,
            ),
            given,
          ).findIndex(({ bid }) => bid.encoder === chosen.bid.encoder)
        const [cheap, dear] = [placeAt(price), placeAt(price + 1n)]
        if (cheap < 0) expect(dear).toBe(-1)
        else if (dear >= 0) expect(cheap).toBeLessThanOrEqual(dear)
      },
    ),
  )
})

test('the order depends neither on that in which bids came nor on how often it is asked for', () => {
  fc.assert(
    fc.property(candidates, circumstances, (all, given) => {
      expect(rankBids(all.toReversed(), given)).toEqual(rankBids(all, given))
    }),
  )
})

/** What history and spread can add to one bid over another, in percent: see `costOf`. */
const mostHistoryGain = 150n
const mostSpreadGain = 120n

test('one operator under many names bids no lower, all in all, than its history and share of awards allow', () => {
  fc.assert(
    fc.property(
      ...([scores, scores, deliveries, deliveries, fc.nat(spreadAwards), fc.nat(10_000)] as const),
      (whole, other, own, chain, recentAwards, seed) => {
        const given = {
          ...{ offer, now, ownClass: encoderProfile.class.cid, rules: openRules },
          arbiters: [carol],
          luck: luckOf(seed),
        }
        const base = { bid: aBid(), node: { encoder: encoderProfile }, setAsideUntil: null }
        const one: Candidate = { ...base, score: whole, history: { own, chain }, recentAwards }
        // Good work is credited to the name that did it: none of several stands higher than one that did it all.
        const score = {
          low: Math.min(whole.low, other.low),
          score: Math.min(whole.score, other.score),
          high: Math.min(whole.high, other.high),
        }
        const name: Candidate = { ...base, score, history: noHistory, recentAwards: 0 }
        const [single, split] = [costOf(one, given).effective, costOf(name, given).effective]
        expect((split + 1n) * mostHistoryGain * mostSpreadGain).toBeGreaterThanOrEqual(
          single * 10_000n,
        )
      },
    ),
  )
})

test('a new name is worth no more than a quarter to one that has failed, and nothing to one that has not', () => {
  const given = {
    ...{ offer, now, ownClass: encoderProfile.class.cid, rules: openRules },
    arbiters: [carol],
    luck: { isExploring: false, lotOf: String },
  }
  const costWith = (kept: number, faults: number) => {
    const seen = { kept, faults }
    const candidate = {
      bid: aBid(),
      node: { encoder: encoderProfile },
      setAsideUntil: null,
      recentAwards: 0,
      score: { low: 0, score: 100, high: 1_000 },
    }
    return costOf({ ...candidate, history: { own: seen, chain: seen } }, given).effective
  }
  const fresh = costWith(0, 0)
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(1_000), (kept, faults) => {
      expect(costWith(kept, faults) * 100n).toBeLessThanOrEqual(fresh * 125n)
      expect(costWith(kept, 0)).toBeLessThanOrEqual(fresh)
    }),
  )
})
