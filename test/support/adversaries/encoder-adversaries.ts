import { expect } from 'vitest'
import { isTooLate } from '#contracts/ruling.ts'
import { aDelivery, time } from '../builders.ts'
import type { Adversary } from './stage.ts'
import {
  afterDeadline,
  chainTime,
  fee,
  junk,
  known,
  phaseIs,
  refunded,
  say,
  settled,
  until,
} from './stage.ts'

const deleted = [{ code: 'unavailable' }] as const
const badLarge = [{ code: 'bytes-differ', rendition: '720p', segment: 0 }] as const
const [smallPixels, largePixels] = [854n * 480n, 1_280n * 720n]
const goodHalf = (price: bigint): bigint => (price * smallPixels) / (smallPixels + largePixels)

/** What an encoder can do wrong. */
export const encoderAdversaries: readonly Adversary[] = [
  {
    who: 'an encoder never delivers',
    play: async (stage, id) => {
      stage.behaviour.work = 'never ends'
      await until(stage, phaseIs(stage, id, 'accepted'))
      stage.behaviour.encoder = 'asleep'
      await afterDeadline(stage)
      await settled(stage, id)
    },
    ends: refunded,
  },
  {
    who: 'an encoder delivers junk',
    play: async (stage, id) => {
      for (const name of ['creator', 'arbiter'] as const) stage.behaviour.findings.set(name, junk)
      await settled(stage, id)
      expect(known(stage, id)).toMatchObject({ ruling: { verdict: 'fail', faults: junk } })
    },
    ends: refunded,
  },
  {
    who: 'an encoder delivers one good rendition and one bad',
    terms: { film: 'large' },
    play: async (stage, id) => {
      for (const name of ['creator', 'arbiter'] as const)
        stage.behaviour.findings.set(name, badLarge)
      await settled(stage, id)
      const job = known(stage, id)
      expect(job).toMatchObject({ ruling: { verdict: 'fail', faults: badLarge } })
      expect(job?.phase === 'settled' && job.toEncoder).toBeGreaterThan(0n)
      expect(job?.phase === 'settled' && job.toCreator).toBeGreaterThan(0n)
    },
    ends: (price) => [-goodHalf(price) - fee, goodHalf(price), fee],
  },
  {
    who: 'an encoder delivers late',
    play: async (stage, id) => {
      stage.behaviour.work = 'never ends'
      await until(stage, phaseIs(stage, id, 'accepted'))
      stage.behaviour.encoder = 'asleep'
      stage.behaviour.asleep.add('arbiter')
      await afterDeadline(stage)
      const job = known(stage, id)
      if (!job) throw new Error('no job')
      expect(isTooLate(job.offer, time(chainTime(stage)))).toBe(true)
      await say(stage, 'encoder', aDelivery(job.offer))
      await stage.live(1)
      stage.behaviour.asleep.clear()
      await settled(stage, id)
      expect(known(stage, id)).toMatchObject({ ruling: { faults: [{ code: 'delivered-late' }] } })
    },
    ends: refunded,
  },
  {
    who: 'an encoder delivers, then deletes',
    play: async (stage, id) => {
      for (const name of ['creator', 'arbiter'] as const)
        stage.behaviour.findings.set(name, deleted)
      await settled(stage, id)
      expect(known(stage, id)).toMatchObject({ ruling: { faults: deleted } })
    },
    ends: refunded,
  },
]
