import { describe, expect, test } from 'vitest'
import { createKeepSeal } from '#market/services/keep-seal.ts'
import type { RankLiveBidsDeps } from '#market/services/rank-live-bids.ts'
import { createRankLiveBids } from '#market/services/rank-live-bids.ts'
import type { Bid, SealedBid } from '#protocol/bid.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import {
  aBid,
  anOffer,
  bob,
  carol,
  encoderProfile,
  hbd,
  sha256,
  time,
} from '#test/support/builders.ts'

const sealedUntil = time(1_000_050)
const offer = anOffer({ sealedUntil })
const opened = aBid({ encoder: bob, expires: time(2_000_000) })
const sealOf = (bid: Bid): SealedBid => ({
  ...{ v: 1, type: 'sealed-bid', job: bid.job, encoder: bid.encoder },
  ...{ bid: bidHash(bid, sha256), expires: bid.expires },
})

/** A chain at a time of its own, on which everybody is registered with the recipe proven. */
const chainAt = (now: number) =>
  ({
    at: async () => ({ time: time(now) }),
    job: async () => ({ job: { offer }, events: [] }),
    node: async () => ({ phase: 'active', encoder: encoderProfile }),
    reputation: async () => ({ account: bob, at: null, scores: [] }),
  }) as unknown as RankLiveBidsDeps['chain']

const rankAt = (now: number, seals: readonly SealedBid[], bids: readonly Bid[]) =>
  createRankLiveBids({
    chain: chainAt(now),
    live: { bids: async () => bids, seals: async () => seals, offer: async () => null },
    sha256,
  })(offer.job)

describe('of an offer that takes sealed bids', () => {
  test('a seal is shown until its bid is open, with when that is to be', async () => {
    const seal = { encoder: bob, bid: bidHash(opened, sha256), sealedUntil }
    expect(await rankAt(1_000_000, [sealOf(opened)], [])).toEqual({
      ranking: [],
      sealed: [{ ...seal, isOverdue: false }],
    })
    expect((await rankAt(sealedUntil, [sealOf(opened)], [])).sealed).toEqual([
      { ...seal, isOverdue: true },
    ])
  })

  test('a bid that opens its seal is ranked in its place', async () => {
    const { ranking, sealed } = await rankAt(sealedUntil, [sealOf(opened)], [opened])
    expect(sealed).toEqual([])
    expect(ranking).toMatchObject([{ encoder: bob, rank: 1, excluded: null }])
  })

  test('a bid that opens none cannot win, and says why', async () => {
    const lower = { ...opened, price: hbd(1n) }
    const { ranking, sealed } = await rankAt(sealedUntil, [sealOf(opened)], [lower])
    expect(ranking).toMatchObject([{ rank: null, excluded: 'differs from what was sealed' }])
    expect(sealed).toEqual([])
    const unsealed = await rankAt(sealedUntil, [], [opened])
    expect(unsealed.ranking).toMatchObject([{ rank: null, excluded: 'was not sealed in time' }])
  })

  test('a seal that comes when bids are to be open is not kept', async () => {
    const kept: SealedBid[] = []
    const keepAt = (now: number, known: typeof offer | null) => {
      const chain = { ...chainAt(now), job: async () => null }
      const keepSeal = async (seal: SealedBid) => void kept.push(seal)
      return createKeepSeal({ chain, live: { keepSeal, offer: async () => known } })
    }
    await keepAt(sealedUntil, offer)(sealOf(opened))
    await keepAt(1_000_000, anOffer())(sealOf(opened))
    expect(kept).toEqual([])
    await keepAt(1_000_000, offer)(sealOf(opened))
    await keepAt(sealedUntil, null)(sealOf({ ...opened, encoder: carol }))
    expect(kept.map(({ encoder }) => encoder)).toEqual([bob, carol])
  })
})
