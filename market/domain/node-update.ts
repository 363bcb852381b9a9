import type { NodeRecord } from '#contracts/registry.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import type { EncoderProfile } from '#protocol/encoder.ts'
import type { NodeRegister, NodeUpdate } from '#protocol/registration.ts'
import { toTagged } from '#protocol/tagged-json.ts'

/**
 * The update that makes a registration say what it should: only what differs, so that a new price costs a fifth of the bytes of
 * a registration. Null where none can: a node that retired, another peer, role or region, something that is to go, or nothing to change.
 */
export function updateOf(record: NodeRecord, wanted: NodeRegister): NodeUpdate | null {
  const { phase, peer, roles, region } = record
  if (phase !== 'active' || peer !== wanted.peer || !same(roles, wanted.roles)) return null
  if (region !== wanted.region) return null
  const { encoder: before, ...terms } = record
  const { encoder: after } = wanted
  const terse = { addresses: wanted.addresses, arbiter: wanted.arbiter }
  if (isLost(terms, terse) || isLost(before ?? {}, after ?? {})) return null
  const encoder = changes(before ?? {}, after ?? {})
  const change = { ...changes(terms, terse), ...(Object.keys(encoder).length > 0 && { encoder }) }
  return Object.keys(change).length > 0 ? { v: 1, t: 'node.update', ...change } : null
}

type Terms = Partial<Pick<NodeRecord, 'addresses' | 'arbiter'> & EncoderProfile>

/** The members of `after` that say something else than `before`. */
function changes<T extends Terms>(before: Terms, after: T): Partial<T> {
  const known = new Map<string, unknown>(Object.entries(before))
  const differing = Object.entries(after).filter(([name, value]) => !same(value, known.get(name)))
  return Object.fromEntries(differing) as Partial<T>
}

function isLost(before: Terms, after: Terms): boolean {
  const left = new Map<string, unknown>(Object.entries(after))
  const replaceable = ['arbiter', 'class', 'workers', 'prices', 'hwAccel', 'capabilities']
  return Object.entries(before).some(
    ([name, value]) =>
      replaceable.includes(name) && value !== undefined && left.get(name) === undefined,
  )
}

function same(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return left === right
  return canonicalJson(toTagged(left)) === canonicalJson(toTagged(right))
}
