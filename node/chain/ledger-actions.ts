import type { LedgerAction } from '#protocol/ledger-block.ts'
import type { ApiOperation } from './chain-schemas.ts'
import {
  CustomJsonValue,
  EscrowApproveValue,
  EscrowDisputeValue,
  EscrowReleaseValue,
  EscrowTransferValue,
  EscrowVirtualValue,
} from './chain-schemas.ts'

const readTypes: ReadonlySet<string> = new Set([
  'custom_json_operation',
  'escrow_transfer_operation',
  'escrow_approve_operation',
  'escrow_dispute_operation',
  'escrow_release_operation',
  'escrow_approved_operation',
  'escrow_rejected_operation',
])

/**
 * True for an operation that {@link ledgerAction} may make something of, by its kind, and for a custom_json by its id. Looked at as
 * it came, because nearly none is.
 */
export function isReadByContracts(type: string, value: unknown, operationId: string): boolean {
  if (!readTypes.has(type)) return false
  const isOther =
    type === 'custom_json_operation' &&
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    value.id !== operationId
  return !isOther
}

/**
 * What one operation of hived's means to the contracts; null for one that is nothing to them.
 * Throws a ZodError where an operation of theirs has not the form hived gives it: such a block is not to be believed.
 */
export function ledgerAction(
  { type, value }: ApiOperation,
  operationId: string,
): LedgerAction | null {
  switch (type) {
    case 'custom_json_operation':
      return customJson(value, operationId)
    case 'escrow_transfer_operation':
      return escrowTransfer(value)
    case 'escrow_approve_operation': {
      const { who, approve, ...sides } = EscrowApproveValue.parse(value)
      return { type: 'escrow-approve', ...parties(sides), who, approve }
    }
    case 'escrow_dispute_operation': {
      const { who, ...sides } = EscrowDisputeValue.parse(value)
      return { type: 'escrow-dispute', ...parties(sides), who }
    }
    case 'escrow_release_operation': {
      const { who, receiver, hbd_amount: hbd, ...sides } = EscrowReleaseValue.parse(value)
      return { type: 'escrow-release', ...parties(sides), who, receiver, hbd }
    }
    case 'escrow_approved_operation':
      return { type: 'escrow-approved', ...parties(EscrowVirtualValue.parse(value)) }
    case 'escrow_rejected_operation':
      return { type: 'escrow-rejected', ...parties(EscrowVirtualValue.parse(value)) }
    default:
      return null
  }
}

function customJson(value: ApiOperation['value'], operationId: string): LedgerAction | null {
  if (value['id'] !== operationId) return null
  const {
    json,
    required_auths: active,
    required_posting_auths: posting,
  } = CustomJsonValue.parse(value)
  const signers = [
    ...active.map((account) => ({ account, role: 'active' as const })),
    ...posting.map((account) => ({ account, role: 'posting' as const })),
  ]
  return { type: 'custom-json', signers, json }
}

function escrowTransfer(value: unknown): LedgerAction | null {
  const transfer = EscrowTransferValue.parse(value)
  if (transfer.fee === null) return null
  return {
    type: 'escrow-transfer',
    ...parties(transfer),
    hbd: transfer.hbd_amount,
    hive: transfer.hive_amount,
    fee: transfer.fee,
    meta: transfer.json_meta,
    ratificationDeadline: transfer.ratification_deadline,
    expiration: transfer.escrow_expiration,
  }
}

type Sides = ReturnType<typeof EscrowVirtualValue.parse>

function parties({ from, to, agent, escrow_id: escrow }: Sides) {
  return { from, to, agent, escrow }
}
