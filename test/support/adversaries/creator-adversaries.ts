import { expect } from 'vitest'
import { reviewRuling } from '#contracts/ruling.ts'
import { formatHbd } from '#protocol/amount.ts'
import { hbd } from '../builders.ts'
import { awardByHand, lastBid } from './by-hand.ts'
import type { Adversary, Stage } from './stage.ts'
import {
  byHand,
  chainTime,
  day,
  junk,
  known,
  paid,
  phaseIs,
  settled,
  until,
  untouched,
} from './stage.ts'

const fortune = 100_000n
const left = 2n

const hasNoEscrow =
  ({ ledger }: Stage) =>
  (): boolean =>
    ledger().escrows.size === 0

/** What a creator can do wrong. */
export const creatorAdversaries: readonly Adversary[] = [
  {
    who: 'a creator vanishes after delivery',
    play: async (stage, id) => {
      await until(stage, phaseIs(stage, id, 'accepted'))
      stage.behaviour.asleep.add('creator')
      await until(stage, phaseIs(stage, id, 'delivered'))
      stage.sleep(86_000)
      await stage.live(1)
      await settled(stage, id)
      expect(known(stage, id)).toMatchObject({ dispute: { by: 'encoder' } })
    },
    ends: paid,
  },
  {
    who: 'a creator disputes good work',
    play: async (stage, id) => {
      stage.behaviour.findings.set('creator', junk)
      await settled(stage, id)
      const job = known(stage, id)
      expect(job).toMatchObject({ dispute: { by: 'creator' }, ruling: { verdict: 'pass' } })
      expect(job?.phase === 'settled' && reviewRuling(job)).toMatchObject({
        followsFaults: true,
        contradicting: ['creator'],
      })
    },
    ends: paid,
  },
  {
    who: 'a creator awards a bid that has expired',
    posted: 'by hand',
    play: async (stage) => {
      const bid = lastBid(stage)
      stage.sleep(bid.expires - chainTime(stage) + 30)
      await stage.live(2)
      await awardByHand(stage, bid)
      expect(stage.ledger().escrows.size).toBe(1)
      await until(stage, hasNoEscrow(stage))
      stage.behaviour.asleep.clear()
      await stage.live(5)
    },
    ends: untouched,
  },
  {
    who: 'a creator uses the number of an escrow again',
    posted: 'by hand',
    play: async (stage, id) => {
      const { behaviour } = stage
      // The arbiter refuses an escrow without its fee; the encoder has stood by it.
      behaviour.asleep.add('arbiter')
      const bid = lastBid(stage)
      await awardByHand(stage, bid, { fee: 0n })
      await expect(awardByHand(stage, bid)).rejects.toThrow('uniqueness')
      behaviour.asleep.delete('arbiter')
      await until(stage, hasNoEscrow(stage))
      await stage.live(3)
      await awardByHand(stage, lastBid(stage))
      await until(stage, phaseIs(stage, id, 'delivered'))
      stage.sleep(2 * day)
      await until(stage, hasNoEscrow(stage))
      behaviour.asleep.clear()
      await stage.live(5)
    },
    ends: paid,
  },
  {
    who: 'a creator offers more than it owns',
    posted: 'by hand',
    play: async (stage) => {
      await byHand(stage, 'creator', [
        'transfer',
        {
          from: 'creator',
          to: 'stranger',
          amount: formatHbd(hbd(fortune - left)),
          memo: '',
        },
      ])
      const bid = lastBid(stage)
      await expect(awardByHand(stage, bid)).rejects.toThrow('funds')
      stage.sleep(bid.expires - chainTime(stage) + 30)
      stage.behaviour.asleep.clear()
      await stage.live(5)
      expect(stage.ledger().escrows.size).toBe(0)
    },
    ends: () => [left - fortune, 0n, 0n],
  },
]
