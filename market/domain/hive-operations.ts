import type { Escrow } from '#contracts/escrow.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import { formatHbd } from '#protocol/amount.ts'
import type { EscrowMeta } from '#protocol/bid.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import type { ChainTime, EscrowId, HiveAccount } from '#protocol/ids.ts'
import { formatChainTime } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import { formatOperation, signingRole } from '#protocol/operation.ts'
import type { HiveOperation } from '#protocol/transaction.ts'

/** Who stands on which side of an escrow. */
export type EscrowParties = {
  readonly from: HiveAccount
  readonly to: HiveAccount
  readonly agent: HiveAccount
  readonly escrow: EscrowId
}

/** The sides of an escrow as the ledger has it. */
export function partiesOfEscrow({ terms: { from, to, agent, id } }: Escrow): EscrowParties {
  return { from, to, agent, escrow: id }
}

export type EscrowFunding = EscrowParties & {
  readonly amount: MilliHbd
  readonly fee: MilliHbd
  readonly meta: EscrowMeta
  readonly ratificationDeadline: ChainTime
  readonly expiration: ChainTime
}

const noHive = '0.000 HIVE'

/** A market operation as a custom_json with the one signer and role that it needs. */
export function customJson(
  operationId: string,
  signer: HiveAccount,
  operation: Operation,
): HiveOperation {
  const isActive = signingRole[operation.t] === 'active'
  return [
    'custom_json',
    {
      required_auths: isActive ? [signer] : [],
      required_posting_auths: isActive ? [] : [signer],
      id: operationId,
      json: formatOperation(operation),
    },
  ]
}

export function escrowTransfer(funding: EscrowFunding): HiveOperation {
  return [
    'escrow_transfer',
    {
      from: funding.from,
      to: funding.to,
      hbd_amount: formatHbd(funding.amount),
      hive_amount: noHive,
      escrow_id: funding.escrow,
      agent: funding.agent,
      fee: formatHbd(funding.fee),
      json_meta: canonicalJson(funding.meta),
      ratification_deadline: formatChainTime(funding.ratificationDeadline),
      escrow_expiration: formatChainTime(funding.expiration),
    },
  ]
}

export function escrowApprove(
  parties: EscrowParties,
  who: HiveAccount,
  answer: 'approve' | 'refuse',
): HiveOperation {
  return ['escrow_approve', { ...wireParties(parties), who, approve: answer === 'approve' }]
}

export function escrowDispute(parties: EscrowParties, who: HiveAccount): HiveOperation {
  return ['escrow_dispute', { ...wireParties(parties), who }]
}

export function escrowRelease(
  parties: EscrowParties,
  release: { readonly who: HiveAccount; readonly receiver: HiveAccount; readonly amount: MilliHbd },
): HiveOperation {
  return [
    'escrow_release',
    {
      ...wireParties(parties),
      who: release.who,
      receiver: release.receiver,
      hbd_amount: formatHbd(release.amount),
      hive_amount: noHive,
    },
  ]
}

function wireParties({
  from,
  to,
  agent,
  escrow,
}: EscrowParties): Readonly<Record<string, unknown>> {
  return { from, to, agent, escrow_id: escrow }
}
