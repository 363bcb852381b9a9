import { z } from 'zod'
import type { Form } from '../hive/field.ts'
import { parseField } from '../hive/field.ts'
import { ensure } from '../hive/hive-error.ts'
import { accountCreate } from './account-create.ts'
import { accountUpdate } from './account-update.ts'
import { customJson } from './custom-json.ts'
import { escrowApprove } from './escrow-approve.ts'
import { escrowDispute } from './escrow-dispute.ts'
import { escrowRelease } from './escrow-release.ts'
import { escrowTransfer } from './escrow-transfer.ts'
import type { OperationKind, RecordedOperation, SignedOperation } from './operation.ts'
import { transfer } from './transfer.ts'
import {
  accountCreated,
  clearNullAccountBalance,
  escrowApproved,
  escrowRejected,
  producerReward,
} from './virtual-operations.ts'

type Named<T> = ReadonlyMap<string, T>

function byName<T extends { readonly name: string }>(kinds: readonly T[]): Named<T> {
  return new Map(kinds.map((kind) => [kind.name, kind]))
}

const signedKinds: Named<OperationKind> = byName([
  transfer,
  accountCreate,
  accountUpdate,
  customJson,
  escrowTransfer,
  escrowDispute,
  escrowRelease,
  escrowApprove,
])

const virtualKinds: Named<{ readonly name: string; parse(body: unknown): RecordedOperation }> =
  byName([producerReward, clearNullAccountBalance, accountCreated, escrowApproved, escrowRejected])

const suffix = '_operation'
const LegacyOperation = z.tuple([z.string(), z.unknown()])
const TypedOperation = z
  .object({ type: z.string().endsWith(suffix), value: z.unknown() })
  .transform(({ type, value }): [string, unknown] => [type.slice(0, -suffix.length), value])
const OperationJson = z.union([LegacyOperation, TypedOperation])

/** Reads `["transfer", {…}]` or `{"type":"transfer_operation","value":{…}}`. Refuses every kind but the market's by name. */
export function parseSignedOperation(json: unknown): SignedOperation {
  const [name, body] = parseField(OperationJson, json)
  const kind = signedKinds.get(name)
  ensure(kind !== undefined, "The development chain does not support the operation '{name}'.", {
    name,
  })
  return kind.parse(body)
}

/** Reads back what {@link printOperation} wrote, virtual operations included. */
export function parseRecordedOperation(name: string, body: unknown): RecordedOperation {
  const kind = signedKinds.get(name) ?? virtualKinds.get(name)
  ensure(kind !== undefined, "unknown operation '{name}'", { name })
  return kind.parse(body)
}

export function printOperation(operation: RecordedOperation, form: Form): unknown {
  const body = operation.printBody(form)
  if (form === 'legacy') return [operation.name, body]
  return { type: `${operation.name}${suffix}`, value: body }
}
