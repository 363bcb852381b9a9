import type { EncoderProfile } from '#protocol/encoder.ts'
import type { BlockHeight, HiveAccount } from '#protocol/ids.ts'
import type { NodeRegister, NodeRetire, NodeUpdate } from '#protocol/registration.ts'
import type { OperationContext } from './block-context.ts'
import type { Outcome } from './outcome.ts'
import { accepted, refused } from './outcome.ts'

/**
 * Who runs a node, as what, and where it is found. A later registration replaces an earlier one.
 *
 *   (none) -> active -> retired -> active
 */
export type NodeRecord = Omit<NodeRegister, 'v' | 't'> & {
  readonly phase: 'active' | 'retired'
  readonly account: HiveAccount
  readonly since: BlockHeight
  readonly updated: BlockHeight
}

export type RegistryFact =
  | { readonly type: 'node-registered'; readonly account: HiveAccount }
  | { readonly type: 'node-updated'; readonly account: HiveAccount }
  | { readonly type: 'node-retired'; readonly account: HiveAccount }

export type RegistryRefusal = 'role-without-terms' | 'terms-without-role' | 'not-registered'

/** (none) | active | retired -> active. */
export function registerNode(
  node: NodeRecord | undefined,
  { v: _version, t: _type, ...profile }: NodeRegister,
  context: OperationContext,
): Outcome<NodeRecord, RegistryFact, RegistryRefusal> {
  const roles = new Set(profile.roles)
  const lacks =
    (roles.has('encoder') && !profile.encoder) || (roles.has('arbiter') && !profile.arbiter)
  if (lacks) return refused('role-without-terms')
  const surplus =
    (profile.encoder && !roles.has('encoder')) || (profile.arbiter && !roles.has('arbiter'))
  if (surplus) return refused('terms-without-role')
  const record: NodeRecord = {
    ...profile,
    phase: 'active',
    account: context.signer,
    since: node?.since ?? context.height,
    updated: context.height,
  }
  return accepted(record, [{ type: 'node-registered', account: context.signer }])
}

/** active -> active, with what the update names replaced. */
export function updateNode(
  node: NodeRecord | undefined,
  { addresses, encoder, arbiter }: NodeUpdate,
  context: OperationContext,
): Outcome<NodeRecord, RegistryFact, RegistryRefusal> {
  if (node?.phase !== 'active') return refused('not-registered')
  if ((encoder && !node.encoder) || (arbiter && !node.arbiter)) return refused('terms-without-role')
  const record: NodeRecord = {
    ...node,
    ...(addresses && { addresses }),
    ...(encoder && node.encoder && { encoder: { ...node.encoder, ...present(encoder) } }),
    ...(arbiter && { arbiter }),
    updated: context.height,
  }
  return accepted(record, [{ type: 'node-updated', account: context.signer }])
}

/** active -> retired. */
export function retireNode(
  node: NodeRecord | undefined,
  _action: NodeRetire,
  context: OperationContext,
): Outcome<NodeRecord, RegistryFact, RegistryRefusal> {
  if (node?.phase !== 'active') return refused('not-registered')
  return accepted({ ...node, phase: 'retired', updated: context.height }, [
    { type: 'node-retired', account: context.signer },
  ])
}

type Change = NonNullable<NodeUpdate['encoder']>

/** What an update names. A member that is there without a value names nothing. */
function present(change: Change): Partial<EncoderProfile> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}
