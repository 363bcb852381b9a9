import { z } from 'zod'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import { authorsOf } from './authors.ts'

/** A transaction as its owner reads it: who signs, and for each operation what it does, with every amount. */
export function describeTransaction({ key, id, transaction }: OutboxEntry): readonly string[] {
  const { operations, expiration } = transaction
  const signers = authorsOf(operations).map(({ account, role }) => `@${account} (${role})`)
  return [
    `transaction ${id} for ${key}`,
    `  signed by ${signers.join(' and ')}, valid until ${expiration} UTC`,
    ...operations.flatMap((operation) => describeOperation(operation)).map((line) => `  ${line}`),
  ]
}

const Text = z.string()
const CustomJson = z.object({ id: z.string(), json: z.string() })

function describeOperation([name, value]: HiveOperation): readonly string[] {
  const text = (field: string): string => Text.parse(value[field])
  const at = (field: string): string => `@${text(field)}`
  const escrow = `escrow ${String(value['escrow_id'])}`
  switch (name) {
    case 'custom_json': {
      const { id, json } = CustomJson.parse(value)
      return [`custom_json ${id}: ${json}`]
    }
    case 'escrow_transfer':
      return [
        `escrow_transfer: ${at('from')} puts ${text('hbd_amount')} and a fee of ${text('fee')} into ${escrow} for ${at('to')}, arbiter ${at('agent')}`,
        `  to be approved until ${text('ratification_deadline')} UTC, expires ${text('escrow_expiration')} UTC; ${text('json_meta')}`,
      ]
    case 'escrow_approve': {
      const verb = value['approve'] === true ? 'stands by' : 'refuses'
      return [`escrow_approve: ${at('who')} ${verb} ${escrow} of ${at('from')} for ${at('to')}`]
    }
    case 'escrow_dispute':
      return [`escrow_dispute: ${at('who')} disputes ${escrow} of ${at('from')} for ${at('to')}`]
    case 'escrow_release':
      return [
        `escrow_release: ${at('who')} releases ${text('hbd_amount')} of ${escrow} of ${at('from')} to ${at('receiver')}`,
      ]
    default:
      return [`${name}: ${JSON.stringify(value)}`]
  }
}
