import type { Ledger } from '#contracts/ledger.ts'

/** As much of the ledger as tells the time of the chain, and who runs which node. */
export interface RegistryView {
  /** As of the last block that is known. */
  current(): Pick<Ledger, 'head' | 'nodes'>
}

/** The read side of the contracts: what follows from irreversible blocks. */
export interface LedgerView {
  /** The ledger after the last block folded. */
  current(): Ledger
  /** True while the node has seen every irreversible block it knows of; before that, nothing may be decided by time. */
  isSynced(): boolean
  /** False while published checkpoints speak against this ledger: what moves money or promises work is not begun then. */
  isTrusted(): boolean
}
