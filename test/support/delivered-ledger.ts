import type { Ledger } from '#contracts/ledger.ts'
import type { Cid, HiveAccount, PeerId } from '#protocol/ids.ts'
import {
  aDelivery,
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  hbd,
  peerId,
} from './builders.ts'
import { approves, createTestChain, funds, says, virtually } from './test-chain.ts'

/** The ledger of a chain on which bob has delivered alice's job, and these accounts run gateways; peers are named after their accounts. */
export function aDeliveredLedger(
  root: Cid,
  gateways: readonly HiveAccount[],
  peerOf: (account: HiveAccount) => PeerId = peerId,
): Ledger {
  const chain = createTestChain()
  const award = anAward()
  const offer = anOffer()
  chain.block([
    says(alice, aRegistration({ peer: peerOf(alice), roles: ['creator'] })),
    says(bob, aRegistration({ peer: peerOf(bob), roles: ['encoder'], encoder: encoderProfile })),
    says(
      carol,
      aRegistration({ peer: peerOf(carol), roles: ['arbiter'], arbiter: { fee: hbd(1n) } }),
    ),
    ...gateways.map((gateway) =>
      says(gateway, aRegistration({ peer: peerOf(gateway), roles: ['gateway'] })),
    ),
    says(alice, offer),
  ])
  chain.block([funds(award), says(alice, award)])
  chain.block([approves(award, bob), approves(award, carol), virtually('escrow-approved', award)])
  const records = chain.block([says(bob, aDelivery(offer, { root }))])
  for (const { refusal } of records) if (refusal) throw new Error(`refused: ${refusal}`)
  return chain.ledger()
}
