import { z } from 'zod'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import { jobCreator, parseChainTime } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import { parseOperation, signingRole } from '#protocol/operation.ts'
import type { SignedTransaction } from '#protocol/transaction.ts'

const CustomJson = z.object({
  id: z.string(),
  json: z.string(),
  required_auths: z.array(z.string()),
  required_posting_auths: z.array(z.string()),
})
type CustomJson = z.infer<typeof CustomJson>

export type AnnouncedOperation = Extract<Operation, { t: 'job.offer' | 'job.award' }>

/** The one operation of the market in a transaction, or null. */
export function marketOperation(
  transaction: SignedTransaction,
  operationId: string,
): Operation | null {
  return soleOperation(transaction, operationId)?.operation ?? null
}

/** The offer or award that a transaction announces in the name of the job's creator, or null. */
export function announcedOperation(
  transaction: SignedTransaction,
  operationId: string,
): AnnouncedOperation | null {
  const found = soleOperation(transaction, operationId)
  if (!found) return null
  const { operation, custom } = found
  if (operation.t !== 'job.offer' && operation.t !== 'job.award') return null
  return isSaidBy(custom, jobCreator(operation.job), signingRole[operation.t]) ? operation : null
}

/** When a transaction can be in no further block, an offer's announcement in no further use: its bids are closed. */
export function goodUntil(
  { expiration }: SignedTransaction,
  operation: AnnouncedOperation,
): ChainTime {
  return operation.t === 'job.offer' ? operation.bidsUntil : parseChainTime(expiration)
}

type Found = { readonly operation: Operation; readonly custom: CustomJson }

function soleOperation({ operations }: SignedTransaction, operationId: string): Found | null {
  const found = operations.flatMap(([name, fields]) => {
    const custom = name === 'custom_json' ? CustomJson.safeParse(fields) : null
    return custom?.success && custom.data.id === operationId ? [custom.data] : []
  })
  const [custom] = found
  if (!custom || found.length !== 1) return null
  const parsed = parseOperation(custom.json)
  return parsed.ok ? { operation: parsed.operation, custom } : null
}

/** As on the chain: exactly one account says it, with the authority that such an operation needs. */
function isSaidBy(
  { required_auths: active, required_posting_auths: posting }: CustomJson,
  account: HiveAccount,
  role: 'posting' | 'active',
): boolean {
  const [own, other] = role === 'posting' ? [posting, active] : [active, posting]
  return own.length === 1 && own[0] === account && other.length === 0
}
