import { expect } from 'vitest'
import { reviewRuling } from '#contracts/ruling.ts'

import { fresh, handMadeAward, offeredByHand } from './by-hand.ts'
import type { Scenario } from './stage.ts'
import { day, ended, fee, known, post, price, reached, wholeJob } from './stage.ts'

/** What a creator can do wrong. */
export const creatorScenarios: readonly Scenario[] = [
  {
    name: 'a creator vanishes after delivery',
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await post(stage, alice)
      await world.until(reached(stage, id, 'accepted'))
      await alice.stop()
      // The work may need its creator to begin with.
      for (let tries = 0; tries < 20 && !reached(stage, id, 'delivered')(); tries += 1) {
        alice.start()
        await world.step()
        await alice.stop()
        await world.run(4)
      }
      await world.step(day - 1_000)
      await world.until(() => bob.work(id)?.phase === 'closed')
      alice.start()
      await ended(stage, id)
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'a creator and the encoder sleep until the escrow has expired',
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await post(stage, alice)
      await world.until(() => bob.work(id)?.phase === 'delivering')
      await alice.stop()
      await world.until(() => bob.work(id)?.phase === 'delivered')
      await bob.stop()
      await world.step(2 * day)
      bob.start()
      await world.until(() => bob.work(id)?.phase === 'closed')
      alice.start()
      await ended(stage, id)
      if (!stage.isDisturbed) expect(known(stage, id)).toMatchObject({ dispute: null })
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'a creator disputes good work',
    cast: { alice: { judgement: 'spiteful' } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      const job = known(stage, id)
      expect(job).toMatchObject({ dispute: { by: 'alice' }, ruling: { verdict: 'pass' } })
      expect(job?.phase === 'settled' && reviewRuling(job)).toMatchObject({
        followsFaults: true,
        contradicting: ['alice'],
      })
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'a creator awards a bid that has expired',
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await offeredByHand(stage)
      const award = handMadeAward(stage, id)
      await world.step(200)
      await world.until(
        () => bob.work(id)?.phase !== 'bidding' || bob.work(id)!.bid.expires > world.chain.now(),
      )
      await bob.stop()
      await world.step(200)
      await world.send('alice', ...fresh(world, award))
      bob.start()
      await world.until(() => world.chain.vault.isEmpty())
      alice.start()
      await world.run(5)
      if (!stage.isDisturbed)
        expect(bob.openWork().filter(({ phase }) => phase !== 'bidding')).toEqual([])
    },
    ends: {},
  },
  {
    name: 'a creator uses the number of an escrow again',
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await offeredByHand(stage)
      const award = handMadeAward(stage, id, { terms: { fee: 0n } })
      // The arbiter refuses an escrow without its fee; the encoder has stood by it.
      await stage.carol.stop()
      await world.send('alice', ...award)
      await expect(world.send('alice', ...award)).rejects.toThrow('in use')
      stage.carol.start()
      await world.until(() => world.chain.vault.isEmpty())
      await world.until(() => bob.work(id)?.phase === 'bidding')
      await world.send('alice', ...fresh(world, handMadeAward(stage, id)))
      // Its node serves the source; of a job that was awarded by hand it knows nothing.
      alice.start()
      await world.until(reached(stage, id, 'delivered'))
      await world.step(2 * day)
      await world.until(() => bob.work(id)?.phase === 'closed')
      await world.run(5)
    },
    ends: { alice: -25n - fee, bob: 25n, carol: fee },
  },
  {
    name: 'a creator offers more than it owns',
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await offeredByHand(stage)
      world.spend('alice', 1_000n - 10n)
      await expect(world.send('alice', ...handMadeAward(stage, id))).rejects.toThrow('funds')
      await world.step(400)
      await world.until(
        () => bob.work(id)?.phase === 'closed' || bob.work(id)!.bid.expires > world.chain.now(),
      )
      alice.start()
      await world.run(5)
    },
    ends: { alice: -990n, dora: 990n },
  },
]
