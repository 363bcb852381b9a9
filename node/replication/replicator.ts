import type { DeliveredJob } from '#contracts/job.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import type { ReplicaReport, Replicator } from '#market/ports/replication.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import { sha256 } from '../sha256.ts'

export type ReplicatorDeps = {
  readonly account: HiveAccount
  readonly ledger: LedgerView
  readonly network: Pick<MarketNetwork, 'call'>
  readonly now: () => number
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

export type ReplicationOptions = {
  /** Peers that are to keep what was delivered, the creator's own node included. */
  readonly replicas: number
  /** How long gateways are waited for before the encoder is paid all the same. */
  readonly patienceMs: number
}

/** Between two looks at how far a gateway is. */
const everyMs = 1_000

/** Times that a gateway may not answer before another is asked in its place. */
const mostSilences = 3

export function createReplicator(
  deps: ReplicatorDeps,
  { replicas, patienceMs }: ReplicationOptions,
): Replicator {
  const { account, ledger, network, now, wait } = deps

  return {
    replicate: async (tree, signal): Promise<ReplicaReport | null> => {
      const gateways = gatewaysFor(ledger, tree.root, account)
      if (replicas <= 1 || gateways.length === 0) return null
      const others = Math.min(replicas - 1, gateways.length)
      const kept = new Set<HiveAccount>()
      const silences = new Map<HiveAccount, number>()
      const refusing = new Set<HiveAccount>()
      const ask = async (gateway: HiveAccount): Promise<void> => {
        const answer = await network.call(gateway, 'replicate', tree).catch(() => null)
        const silent = answer ? 0 : (silences.get(gateway) ?? 0) + 1
        silences.set(gateway, silent)
        if (answer?.state === 'kept') kept.add(gateway)
        // A gateway that does not know of the delivery has not read as far as this node.
        const isFinal = answer?.state === 'refused' && answer.reason !== 'unknown-delivery'
        if (isFinal || silent >= mostSilences) refusing.add(gateway)
      }

      const deadline = now() + patienceMs
      while (kept.size < others && now() < deadline) {
        signal.throwIfAborted()
        const willing = gateways.filter((gateway) => !refusing.has(gateway))
        const asked = willing.slice(0, others).filter((gateway) => !kept.has(gateway))
        if (asked.length === 0) break
        await Promise.all(asked.map(ask))
        if (kept.size < others) await wait(everyMs, signal)
      }
      signal.throwIfAborted()
      return { wanted: replicas, kept: [account, ...kept] }
    },
  }
}

/** Registered gateways in an order of the tree's own, so that many trees are spread over all of them. */
export function gatewaysFor(
  ledger: LedgerView,
  root: Cid,
  self: HiveAccount,
): readonly HiveAccount[] {
  const placeOf = (account: HiveAccount): string => bytesToHex(sha256(utf8(`${root} ${account}`)))
  return [...ledger.current().nodes.values()]
    .filter(
      ({ phase, roles, account }) =>
        phase === 'active' && roles.includes('gateway') && account !== self,
    )
    .map(({ account }) => ({ account, place: placeOf(account) }))
    .toSorted((left, right) => (left.place < right.place ? -1 : 1))
    .map(({ account }) => account)
}

/** The root of what was delivered for a job; null before that. */
export function deliveredRoot(ledger: Pick<LedgerView, 'current'>, job: JobId): Cid | null {
  return deliveryOf(ledger, job)?.operation.root ?? null
}

/** What was delivered for a job; null before that. */
export function deliveryOf(
  ledger: Pick<LedgerView, 'current'>,
  id: JobId,
): DeliveredJob['delivered'] | null {
  const job = ledger.current().jobs.get(id)
  return job?.phase === 'delivered' || job?.phase === 'settled' ? job.delivered : null
}
