import { genesisBlockId } from '../hive/block-header.ts'
import { formatTime } from '../hive/chain-time.ts'
import type { Form } from '../hive/field.ts'
import { parseRecordedOperation, printOperation } from '../operations/operation-table.ts'
import type { StoredOperation } from '../store/operation-store.ts'
import type { Printed } from './printed.ts'

const noTransaction = genesisBlockId

/** An operation with its place, as the histories of both API families show it. */
export function printStoredOperation(stored: StoredOperation, form: Form): Printed {
  return {
    trx_id: stored.transaction ?? noTransaction,
    block: stored.block,
    trx_in_block: stored.trxInBlock,
    op_in_trx: stored.opInTrx,
    virtual_op: stored.virtual === 1,
    timestamp: formatTime(stored.time),
    op: printBody(stored, form),
    ...(form === 'hf26' && { operation_id: 0 }),
  }
}

function printBody({ name, body }: StoredOperation, form: Form): unknown {
  const json: unknown = JSON.parse(body)
  if (form === 'legacy') return [name, json]
  return printOperation(parseRecordedOperation(name, json), form)
}
