import { expect } from 'vitest'
import { challengeOf } from '#contracts/delivering.ts'
import { reviewRuling } from '#contracts/ruling.ts'
import { escrowRelease, partiesOfEscrow } from '#market/domain/hive-operations.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { account, hbd, sha256 } from '../../builders.ts'
import type { Scenario } from './stage.ts'
import { day, ended, fee, isOver, known, post, price, reached, says } from './stage.ts'

/** What an arbiter can do wrong. */
export const arbiterScenarios: readonly Scenario[] = [
  {
    name: 'an arbiter never approves',
    play: async (stage) => {
      const { world, alice, carol } = stage
      const id = await post(stage, alice)
      await world.until(() => alice.job(id)?.phase === 'awarding')
      await carol.stop()
      await world.run(10)
      await world.step(100)
      await world.run(10)
      await world.step(500)
      await world.until(() => isOver(alice, id), 900)
      await world.run(5)
    },
    ends: {},
  },
  {
    name: 'an arbiter approves and sleeps while the work is good',
    play: async (stage) => {
      const { world, alice, carol } = stage
      const id = await post(stage, alice)
      await world.until(reached(stage, id, 'accepted'))
      await carol.stop()
      await ended(stage, id)
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'an arbiter approves and sleeps while the work is junk',
    cast: { bob: { conduct: 'careless' } },
    play: async (stage) => {
      const { world, alice, carol } = stage
      const id = await post(stage, alice)
      await world.until(reached(stage, id, 'accepted'))
      await carol.stop()
      await world.until(() => known(stage, id)?.phase === 'delivered')
      await world.run(20)
      await world.step(5 * day)
      await world.run(3)
      carol.start()
      await ended(stage, id)
    },
    ends: { alice: -fee, carol: fee },
  },
  {
    name: 'an arbiter rules against the evidence',
    cast: { alice: { judgement: 'spiteful' }, gina: { roles: ['arbiter'], fee: 5n } },
    play: async (stage) => {
      const { world, alice, bob, carol } = stage
      const id = await post(stage, alice)
      await world.until(reached(stage, id, 'accepted'))
      await carol.stop()
      await world.until(() =>
        [...bob.ledger().escrows.values()].some(({ phase }) => phase === 'disputed'),
      )
      const job = bob.ledger().jobs.get(id)
      const [escrow] = [...bob.ledger().escrows.values()]
      if (job?.phase !== 'delivered' || escrow?.phase !== 'disputed') throw new Error('no case')
      const { root } = job.delivered.operation
      const release = { who: account('carol'), receiver: alice.account, amount: escrow.held }
      await world.send(
        'carol',
        escrowRelease(partiesOfEscrow(escrow), release),
        says(account('carol'), {
          v: 1,
          t: 'job.ruling',
          job: id,
          root,
          verdict: 'fail',
          toEncoder: hbd(0n),
          toCreator: escrow.held,
          faults: [{ code: 'manifest-invalid' }],
        }),
      )
      const opened = job.delivered.attestations[0]!.operation.salt
      const challenge = challengeOf(job, opened, sha256)!
      await world.send(
        'gina',
        says(account('gina'), {
          v: 1,
          t: 'job.attest',
          job: id,
          root,
          verdict: 'pass',
          salt: opened,
          seed: Sha256Hex.parse(challenge.seed),
          challenged: challenge.leaves,
          faults: [],
        }),
      )
      carol.start()
      await ended(stage, id)
      const settled = known(stage, id)
      expect(settled?.phase === 'settled' && reviewRuling(settled)).toEqual({
        followsFaults: true,
        agreeing: ['alice'],
        contradicting: ['gina'],
      })
    },
    // What a dishonest arbiter takes is taken; the record is what keeps others from choosing it.
    ends: { alice: -fee, carol: fee },
  },
]
