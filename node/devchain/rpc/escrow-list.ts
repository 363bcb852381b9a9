import { z } from 'zod'
import { compareText } from '../hive/account-name.ts'
import { account, time, u32 } from '../hive/fields.ts'
import type { Escrow } from '../state/escrow.ts'
import { isApproved } from '../state/escrow.ts'
import type { State } from '../state/state.ts'
import { Flag } from './params.ts'

const Limit = z.int().min(1).max(1_000)

/** `start` is the first key to show, or null for the beginning. */
export const EscrowListRequest = z.discriminatedUnion('order', [
  z.object({
    order: z.literal('by_from_id'),
    start: z.tuple([account.schema, u32.schema]).nullish(),
    limit: Limit,
  }),
  z.object({
    order: z.literal('by_ratification_deadline'),
    start: z.tuple([Flag, time.schema, u32.schema]).nullish(),
    limit: Limit,
  }),
])
export type EscrowListRequest = z.infer<typeof EscrowListRequest>

type Key = readonly (string | number)[]

/** Escrows in one of hived's two orders, from a key on. */
export function listEscrows({ escrows }: State, request: EscrowListRequest): readonly Escrow[] {
  const keyOf = request.order === 'by_from_id' ? byFrom : byDeadline
  const start = startKey(request)
  return Array.from(escrows.entries(), ([, escrow]) => escrow)
    .filter((escrow) => start === null || compareKeys(keyOf(escrow), start) >= 0)
    .sort((a, b) => compareKeys(keyOf(a), keyOf(b)))
    .slice(0, request.limit)
}

function startKey(request: EscrowListRequest): Key | null {
  if (request.order === 'by_from_id') return request.start ?? null
  if (!request.start) return null
  const [approved, deadline, id] = request.start
  return [Number(approved), deadline, id]
}

function byFrom({ from, escrowId }: Escrow): Key {
  return [from, escrowId]
}

/** Unapproved ones first, as their deadlines still matter. */
function byDeadline(escrow: Escrow): Key {
  return [Number(isApproved(escrow)), escrow.ratificationDeadline, escrow.id]
}

function compareKeys(a: Key, b: Key): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? left
    const order = typeof left === 'string' ? compareText(left, String(right)) : left - Number(right)
    if (order !== 0) return order
  }
  return 0
}
