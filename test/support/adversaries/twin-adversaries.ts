import { expect } from 'vitest'
import type { HiveAccount, PeerId } from '#protocol/ids.ts'
import { account, peerId } from '../builders.ts'
import type { Role } from '../participant.ts'
import type { Adversary, Stage } from './stage.ts'
import { junk, paid, refunded, settled } from './stage.ts'

const peerOf = ({ ledger }: Stage, name: HiveAccount): PeerId | undefined =>
  ledger().nodes.get(name)?.peer

/** A whole job while a role's account has two nodes, of which one gives way. */
const besideTwin =
  (role: Role): Adversary['play'] =>
  async (stage, id) => {
    const owner = peerOf(stage, account(role))
    expect([peerId(role), peerId(`${role}-2`)]).toContain(owner)
    await settled(stage, id)
    if (!stage.isDisturbed) expect(peerOf(stage, account(role))).toBe(owner)
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
      await besideTwin('arbiter')(stage, id)
    },
    ends: refunded,
  },
]
