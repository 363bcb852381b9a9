import { expect } from 'vitest'
import { challengeOf } from '#contracts/delivering.ts'
import { reviewRuling } from '#contracts/ruling.ts'
import { customJson, escrowRelease, partiesOfEscrow } from '#market/domain/hive-operations.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { account, hbd, sha256 } from '../builders.ts'
import { testNetwork } from '../test-chain.ts'
import type { Adversary } from './stage.ts'
import { byHand, junk, known, phaseIs, refunded, say, settled, until, untouched } from './stage.ts'

/** What an arbiter can do wrong. */
export const arbiterAdversaries: readonly Adversary[] = [
  {
    who: 'an arbiter never approves',
    play: async (stage, id) => {
      stage.behaviour.asleep.add('arbiter')
      await until(stage, phaseIs(stage, id, 'awarded'))
      stage.sleep(200)
      await stage.live(2)
      await until(stage, () => stage.ledger().escrows.size === 0)
    },
    ends: untouched,
  },
  {
    who: 'an arbiter approves and sleeps',
    play: async (stage, id) => {
      await until(stage, phaseIs(stage, id, 'accepted'))
      stage.behaviour.asleep.add('arbiter')
      for (const name of ['creator', 'arbiter'] as const) stage.behaviour.findings.set(name, junk)
      await until(stage, phaseIs(stage, id, 'delivered'))
      await stage.live(15)
      stage.sleep(400_000)
      await stage.live(3)
      stage.behaviour.asleep.clear()
      await settled(stage, id)
    },
    ends: refunded,
  },
  {
    who: 'an arbiter rules against the evidence',
    play: async (stage, id) => {
      const { behaviour, ledger } = stage
      behaviour.findings.set('creator', junk)
      await until(stage, phaseIs(stage, id, 'accepted'))
      behaviour.asleep.add('arbiter')
      await until(stage, () =>
        [...ledger().escrows.values()].some(({ phase }) => phase === 'disputed'),
      )
      const job = known(stage, id)
      const [escrow] = ledger().escrows.values()
      if (job?.phase !== 'delivered' || escrow?.phase !== 'disputed') throw new Error('no case')
      const { root } = job.delivered.operation
      const [arbiter, creator] = [account('arbiter'), account('creator')]
      const release = { who: arbiter, receiver: creator, amount: escrow.held }
      const ruling = {
        v: 1,
        t: 'job.ruling',
        job: id,
        root,
        verdict: 'fail',
        toEncoder: hbd(0n),
        toCreator: escrow.held,
        faults: junk,
      } as const
      await byHand(
        stage,
        'arbiter',
        escrowRelease(partiesOfEscrow(escrow), release),
        customJson(testNetwork.operationId, arbiter, ruling),
      )
      const { salt } = job.delivered.attestations[0]!.operation
      const challenge = challengeOf(job, salt, sha256)
      if (!challenge) throw new Error('no challenge')
      await say(stage, 'stranger', {
        v: 1,
        t: 'job.attest',
        job: id,
        root,
        verdict: 'pass',
        salt,
        seed: Sha256Hex.parse(challenge.seed),
        challenged: [...challenge.leaves],
        faults: [],
      })
      behaviour.asleep.clear()
      await settled(stage, id)
      await stage.live(2)
      const ended = known(stage, id)
      expect(ended?.phase === 'settled' && reviewRuling(ended)).toEqual({
        followsFaults: true,
        agreeing: ['creator'],
        contradicting: ['stranger'],
      })
    },
    // What a dishonest arbiter takes is taken; the record is what keeps others from choosing it.
    ends: refunded,
  },
]
