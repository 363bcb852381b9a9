/** Everything a node must not forget lives in one database, so that a step and its consequences are stored together or not at all. */
export interface NodeState {
  /** Runs a synchronous step in one transaction: all of its writes are kept, or none. Steps may nest. */
  atomically<T>(step: () => T): T
}
