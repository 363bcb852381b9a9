import { expect } from 'vitest'
import { isTooLate } from '#contracts/ruling.ts'
import { aDelivery, cid } from '../../builders.ts'
import type { Scenario } from './stage.ts'
import {
  day,
  ended,
  fee,
  goodHalf,
  known,
  largePrice,
  post,
  price,
  reached,
  says,
  wholeJob,
} from './stage.ts'

/** What an encoder can do wrong. */
export const encoderScenarios: readonly Scenario[] = [
  {
    name: 'an encoder never delivers',
    cast: { bob: { conduct: 'silent' } },
    play: async (stage) => {
      const { world, bob } = stage
      const id = await post(stage, stage.alice)
      await world.until(reached(stage, id, 'accepted'))
      await bob.stop()
      await world.step(500)
      await ended(stage, id)
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an encoder delivers junk',
    cast: { bob: { conduct: 'careless' } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      expect(known(stage, id)).toMatchObject({
        ruling: { verdict: 'fail', faults: [{ code: 'manifest-invalid' }] },
        toEncoder: 0n,
      })
      expect(known(stage, id)).toHaveProperty('ruling.evidence')
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an encoder delivers one good rendition and one bad',
    cast: { bob: { conduct: 'half-done' }, alice: { film: 'large' } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      expect(stage.alice.job(id)?.phase).toBe('paid')
      expect(known(stage, id)).toMatchObject({
        ruling: { verdict: 'fail', toEncoder: goodHalf, toCreator: largePrice - goodHalf },
        toEncoder: goodHalf,
      })
    },
    ends: { alice: -goodHalf - fee, bob: goodHalf, carol: fee },
  },
  {
    name: 'an encoder delivers late',
    cast: { bob: { conduct: 'silent' } },
    play: async (stage) => {
      const { world, bob, carol } = stage
      const id = await post(stage, stage.alice)
      await world.until(reached(stage, id, 'accepted'))
      await bob.stop()
      await carol.stop()
      const offer = stage.alice.job(id)!.offer
      await world.step(500)
      await world.until(() => isTooLate(offer, world.chain.now()))
      await world.send('bob', says(bob.account, aDelivery(offer, { root: cid('good work') })))
      carol.start()
      await ended(stage, id)
      bob.start()
      await world.run(3)
      if (stage.isDisturbed) return
      expect(known(stage, id)).toMatchObject({
        ruling: { verdict: 'fail', faults: [{ code: 'delivered-late' }] },
      })
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an encoder delivers, then deletes, and nobody has seen the work',
    cast: { bob: { conduct: 'vanishing' }, hugo: { roles: ['arbiter'], fee: 5n } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      const job = known(stage, id)
      expect(job).toMatchObject({ ruling: { verdict: 'fail', faults: [{ code: 'unavailable' }] } })
      const said = job?.phase === 'settled' ? job.delivered?.attestations.map(({ by }) => by) : []
      expect(said).toEqual(['alice', 'carol', 'hugo'])
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an encoder is accused of deleting what another arbiter of the offer has fetched',
    cast: { bob: { conduct: 'vanishing' }, gina: { roles: ['arbiter'], fee: 5n } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      expect(known(stage, id)).toMatchObject({ ruling: { verdict: 'pass' }, toEncoder: price })
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'an encoder delivers, then deletes, while the other arbiters are away',
    cast: { bob: { conduct: 'vanishing' }, gina: { roles: ['arbiter'], fee: 5n } },
    play: async (stage) => {
      const { world } = stage
      const id = await post(stage, stage.alice)
      await world.until(reached(stage, id, 'accepted'))
      await stage.peer('gina').stop()
      await world.until(() => {
        const job = known(stage, id)
        const said = job?.phase === 'delivered' ? job.delivered.attestations : []
        return said.some(({ by }) => by === 'carol')
      })
      expect(stage.carol.ledger().jobs.get(id)?.phase).toBe('delivered')
      await world.step(3_700)
      await ended(stage, id)
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an encoder never delivers, and the creator sleeps until the escrow has expired',
    cast: { bob: { conduct: 'silent' } },
    play: async (stage) => {
      const { world, alice, bob } = stage
      const id = await post(stage, alice)
      await world.until(reached(stage, id, 'accepted'))
      await bob.stop()
      await alice.stop()
      await world.step(2 * day)
      alice.start()
      await ended(stage, id)
      if (!stage.isDisturbed) expect(known(stage, id)).toMatchObject({ dispute: null })
    },
    ends: { alice: -fee, carol: fee },
  },
]
