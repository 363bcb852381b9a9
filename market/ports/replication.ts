import type { Cid, HiveAccount, JobId } from '#protocol/ids.ts'

export type ReplicaReport = {
  /** Peers that are to keep the tree, this node included. */
  readonly wanted: number
  /** Those that do, this node first. */
  readonly kept: readonly HiveAccount[]
}

/** A tree by its root, and the job it is of, or the whole whose ranges were jobs. */
export type FinishedTree = { readonly job: JobId; readonly root: Cid }

/** Has others keep what was delivered. */
export interface Replicator {
  /**
   * Asks gateways to keep a finished tree that is whole on this node, until enough have confirmed that they do. Resolves with fewer
   * where there are not as many, where they refuse, and when the owner's patience has ended: an encoder has done its work,
   * whatever a gateway does. Resolves to null where no other is wanted, or there is no gateway at all. Rejects only as its signal says.
   */
  replicate(tree: FinishedTree, signal: AbortSignal): Promise<ReplicaReport | null>
}
