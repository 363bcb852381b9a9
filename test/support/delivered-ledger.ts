import type { Ledger } from '#contracts/ledger.ts'
import type { Cid, HiveAccount, JobId, PeerId } from '#protocol/ids.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import {
  aDelivery,
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  cid,
  encoderProfile,
  escrowId,
  hbd,
  jobId,
  peerId,
} from './builders.ts'
import { approves, createTestChain, funds, releases, says, virtually } from './test-chain.ts'

/** The ledger of a chain on which bob has delivered alice's job, and these accounts run gateways; peers are named after their accounts. */
export function aDeliveredLedger(
  root: Cid,
  gateways: readonly HiveAccount[],
  peerOf: (account: HiveAccount) => PeerId = peerId,
): Ledger {
  const chain = createTestChain()
  const award = anAward()
  const offer = anOffer()
  chain.block([...registrations(gateways, peerOf), says(alice, offer)])
  chain.block([funds(award), says(alice, award)])
  chain.block([approves(award, bob), approves(award, carol), virtually('escrow-approved', award)])
  const records = chain.block([says(bob, aDelivery(offer, { root }))])
  for (const { refusal } of records) if (refusal) throw new Error(`refused: ${refusal}`)
  return chain.ledger()
}

/** Of whom alice, bob as encoder and carol as arbiter are the others. */
function registrations(
  gateways: readonly HiveAccount[],
  peerOf: (account: HiveAccount) => PeerId,
): readonly LedgerAction[] {
  return [
    says(alice, aRegistration({ peer: peerOf(alice), roles: ['creator'] })),
    says(bob, aRegistration({ peer: peerOf(bob), roles: ['encoder'], encoder: encoderProfile })),
    says(
      carol,
      aRegistration({ peer: peerOf(carol), roles: ['arbiter'], arbiter: { fee: hbd(1n) } }),
    ),
    ...gateways.map((gateway) =>
      says(gateway, aRegistration({ peer: peerOf(gateway), roles: ['gateway'] })),
    ),
  ]
}

/**
 * The ledger of a chain on which a whole of alice's was sold in two ranges, and bob has delivered both of them; the first was paid, the
 * other where that is wanted.
 */
export function aSplitLedger(
  whole: JobId,
  gateways: readonly HiveAccount[],
  { paid = 2, peerOf = peerId }: { paid?: number; peerOf?: typeof peerId } = {},
): Ledger {
  const chain = createTestChain()
  const { grid, source } = anOffer()
  const { audioStream: _, ...silent } = source
  const offers = [0, 1].map((first) =>
    anOffer({
      ...{ job: jobId('alice', 10 + first), whole, grid: { ...grid, range: { first, parts: 1 } } },
      source: first === 0 ? source : silent,
    }),
  )
  const records = [
    ...chain.block([...registrations(gateways, peerOf), ...offers.map((one) => says(alice, one))]),
  ]
  for (const [place, offer] of offers.entries()) {
    const award = anAward({ job: offer.job, escrow: escrowId(10 + place) })
    records.push(
      ...chain.block([funds(award), says(alice, award)]),
      ...chain.block([
        ...[approves(award, bob), approves(award, carol), virtually('escrow-approved', award)],
      ]),
      ...chain.block([says(bob, aDelivery(offer, { root: cid(`range ${place}`) }))]),
    )
    if (place < paid) records.push(...chain.block([releases(award, alice, bob)]))
  }
  for (const { refusal } of records) if (refusal) throw new Error(`refused: ${refusal}`)
  return chain.ledger()
}
