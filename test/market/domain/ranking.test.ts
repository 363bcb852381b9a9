import { describe, expect, test } from 'vitest'
import { noHistory } from '#market/domain/delivery-history.ts'
import type { Candidate, Circumstances } from '#market/domain/ranking.ts'
import { costOf, exclusionOf, rankBids } from '#market/domain/ranking.ts'
import { openRules } from '#market/domain/selection.ts'
import {
  aBid,
  account,
  anOffer,
  bob,
  carol,
  cid,
  encoderProfile,
  hbd,
  time,
} from '#test/support/builders.ts'

const circumstances: Circumstances = {
  offer: anOffer(),
  now: time(1_000_100),
  ownClass: encoderProfile.class.cid,
  arbiters: [carol],
  luck: { isExploring: false, lotOf: (encoder) => encoder },
  rules: openRules,
}

function aCandidate(overrides: Partial<Candidate> = {}): Candidate {
  return {
    bid: aBid(),
    node: { encoder: encoderProfile },
    score: { low: 200, score: 300, high: 400 },
    ...{ history: noHistory, setAsideUntil: null, recentAwards: 0 },
    ...overrides,
  }
}

const foreign: Candidate['node'] = {
  encoder: { ...encoderProfile, class: { ...encoderProfile.class, cid: cid('another class') } },
}

describe('a bid of another determinism class', () => {
  test('is not refused: its work is checked by measuring', () => {
    expect(exclusionOf(aCandidate({ node: foreign }), circumstances)).toBeNull()
  })

  test('loses against an equal one of the own class', () => {
    const own = aCandidate({ bid: aBid({ encoder: account('zoe') }) })
    const other = aCandidate({ node: foreign })
    expect(rankBids([other, own], circumstances)).toEqual([own, other])
  })

  test('wins when it is cheaper by more than what its class costs it', () => {
    const own = aCandidate({ bid: aBid({ price: hbd(125n) }) })
    const at = (price: bigint) => aCandidate({ node: foreign, bid: aBid({ price: hbd(price) }) })
    const offer = anOffer({ ceiling: hbd(1_000n) })
    const dear = { ...circumstances, offer }
    expect(costOf(at(100n), dear).effective).toBe(costOf(own, dear).effective)
    expect(rankBids([own, at(99n)], dear)[0]).toEqual(at(99n))
    expect(rankBids([own, at(101n)], dear)[0]).toEqual(own)
  })
})

test('a bid of an account that is no encoder cannot win, whatever its class', () => {
  const excluded = exclusionOf(aCandidate({ node: undefined }), circumstances)
  expect(excluded).toBe('not registered as an encoder')
  expect(
    rankBids([aCandidate({ node: undefined, bid: aBid({ encoder: bob }) })], circumstances),
  ).toEqual([])
})

test('a bid for a recipe that its author has not published cannot win; the class of its recipe is what counts', () => {
  const offer = anOffer({ recipe: 'av1-fmp4-3' })
  const asked = { ...circumstances, offer, ownClass: cid('av1 here') }
  expect(exclusionOf(aCandidate(), asked)).toBe('recipe not proven in the registry')
  const proving = (made: string): Candidate => {
    const proof = { recipe: 'av1-fmp4-3' as const, class: cid(made) }
    const capability = { codec: 'av1' as const, encoder: 'libsvtav1', hwAccel: 'none' as const }
    const capabilities = [{ ...capability, maxResolution: '1080p', speed: 1_000, proof }]
    return aCandidate({ node: { encoder: { ...encoderProfile, capabilities } } })
  }
  expect(exclusionOf(proving('av1 there'), asked)).toBeNull()
  const [own, foreign] = [proving('av1 here'), proving('av1 there')]
  expect(costOf(own, asked).effective).toBeLessThan(costOf(foreign, asked).effective)
})
