import { expect } from 'vitest'
import type { HiveAccount, JobId, PeerId } from '#protocol/ids.ts'
import { account, peerId } from '../builders.ts'
import type { Role } from '../participant.ts'
import type { Adversary, Stage } from './stage.ts'
import { chainTime, junk, known, paid, phaseIs, refunded, until } from './stage.ts'

const peerOf = ({ ledger }: Stage, name: HiveAccount): PeerId | undefined =>
  ledger().nodes.get(name)?.peer

/**
 * True once nothing can come of a job any more. An account that changes hands in the midst of an offer loses it: bids go to the node
 * that the registry names, which did not post it, and one that knows nothing of a bid refuses its award. No money is ever lost.
 */
const isGivenUp = (stage: Stage, id: JobId): boolean => {
  const job = known(stage, id)
  const isOpen = job?.phase === 'offered' && chainTime(stage) <= job.offer.deliverBy
  return stage.isDisturbed && !isOpen && phaseIs(stage, id, 'offered', 'cancelled')()
}

/** A whole job while a role's account has two nodes, of which one gives way. */
const besideTwin =
  (role: Role): Adversary['play'] =>
  async (stage, id) => {
    const owner = peerOf(stage, account(role))
    expect([peerId(role), peerId(`${role}-2`)]).toContain(owner)
    await until(stage, () => phaseIs(stage, id, 'settled')() || isGivenUp(stage, id))
    if (!stage.isDisturbed) expect(peerOf(stage, account(role))).toBe(owner)
    return isGivenUp(stage, id)
  }

/** What goes wrong where two nodes have one account. */
export const twinAdversaries: readonly Adversary[] = [
  {
    who: 'two nodes run with the keys of one encoder',
    terms: { twins: ['encoder'] },
    play: besideTwin('encoder'),
    ends: paid,
  },
  {
    who: 'two nodes run with the keys of one creator',
    terms: { twins: ['creator'] },
    play: besideTwin('creator'),
    ends: paid,
  },
  {
    who: 'two nodes run with the keys of one arbiter',
    terms: { twins: ['arbiter'] },
    play: async (stage, id) => {
      for (const name of ['creator', 'arbiter'] as const) stage.behaviour.findings.set(name, junk)
      return await besideTwin('arbiter')(stage, id)
    },
    ends: refunded,
  },
]
