import type { JobOffer } from '#protocol/offer.ts'
import { parseOperation } from '#protocol/operation.ts'
import type { SignedTransaction } from '#protocol/transaction.ts'

/** The offer that a transaction announces, or null. */
export function offerIn({ operations }: SignedTransaction, operationId: string): JobOffer | null {
  for (const [name, { id, json }] of operations) {
    if (name !== 'custom_json' || id !== operationId || typeof json !== 'string') continue
    const parsed = parseOperation(json)
    if (parsed.ok && parsed.operation.t === 'job.offer') return parsed.operation
  }
  return null
}
