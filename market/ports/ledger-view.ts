import type { Ledger } from '#contracts/ledger.ts'

/** The read side of the contracts: what follows from irreversible blocks. */
export interface LedgerView {
  /** The ledger after the last block folded. */
  current(): Ledger
  /** True while the node has seen every irreversible block it knows of; before that, nothing may be decided by time. */
  isSynced(): boolean
  /** False while published checkpoints speak against this ledger: what moves money or promises work is not begun then. */
  isTrusted(): boolean
}
