import { isInForce } from '#contracts/activation.ts'
import type { NodeRecord } from '#contracts/registry.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import { canonicalHash, canonicalJson } from '#protocol/canonical.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { formatOperation } from '#protocol/operation.ts'
import type { NodeRegister } from '#protocol/registration.ts'
import { customJson } from '../domain/hive-operations.ts'
import { updateOf } from '../domain/node-update.ts'
import type { LedgerView } from '../ports/ledger-view.ts'
import type { Outbox } from '../ports/outbox.ts'
import { ensureSubmitted } from './submit.ts'

export type RegistrationDeps = {
  readonly account: HiveAccount
  readonly operationId: string
  readonly outbox: Outbox
  readonly ledger: LedgerView
  readonly sha256: Sha256
  /** What the registry is to say of this node now. */
  readonly profile: () => NodeRegister
}

export type Registration = {
  /** True when the registry says what this node is. */
  isCurrent(): boolean
  /**
   * True when the registry named this node's peer since it started, and now names another: a second node runs with this
   * account's keys. The newer one has the account; this one ends what it has begun and does not fight for the registry.
   */
  isSuperseded(): boolean
  /** Updates the registration, or registers again, where the registry says something else. Called after each block. */
  advance(): void
}

/** Keeps the registry on the chain telling the truth about this node: its peer, addresses, roles, class and prices. */
export function createRegistration({
  account,
  operationId,
  outbox,
  ledger,
  sha256,
  profile,
}: RegistrationDeps): Registration {
  const known = (): NodeRecord | undefined => ledger.current().nodes.get(account)
  /** What the chain does not take yet is said when it does. */
  const sayable = (): NodeRegister => {
    const whole = profile()
    const { region: _, ...rest } = whole
    const { head } = ledger.current()
    return head && isInForce(whole, head.height, { operationId }) ? whole : rest
  }
  const isCurrent = (): boolean => {
    const record = known()
    return (
      record?.phase === 'active' && canonicalJson(wire(record)) === canonicalJson(wire(sayable()))
    )
  }
  let wasNamed = false
  const isNamed = (): boolean => known()?.phase === 'active' && known()?.peer === profile().peer
  const isSuperseded = (): boolean => wasNamed && known()?.phase === 'active' && !isNamed()
  return {
    isCurrent,
    isSuperseded,
    advance: () => {
      if (!ledger.isSynced()) return
      wasNamed ||= isNamed()
      if (isCurrent() || isSuperseded()) return
      const wanted = sayable()
      const record = known()
      const operation = (record && updateOf(record, wanted)) ?? wanted
      // The height makes going back to an earlier profile an intention of its own.
      const key = `register ${record?.updated ?? 0} ${canonicalHash(formatOperation(operation), sha256)}`
      ensureSubmitted(outbox, {
        key,
        account,
        roles: ['posting'],
        operations: () => [customJson(operationId, account, operation)],
      })
    },
  }
}

function wire({
  peer,
  addresses,
  roles,
  region,
  encoder,
  arbiter,
}: Omit<NodeRegister, 'v' | 't'>): unknown {
  const register = {
    v: 1,
    t: 'node.register',
    peer,
    addresses,
    roles,
    ...(region ? { region } : {}),
    ...(encoder ? { encoder } : {}),
    ...(arbiter ? { arbiter } : {}),
  } as const
  return formatOperation(register)
}
