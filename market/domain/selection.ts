import type { HiveAccount } from '#protocol/ids.ts'
import type { SelectionMode } from '#protocol/selection.ts'

/** Whom a creator never awards, whatever is bid. */
export type SelectionRules = {
  readonly blocked: readonly HiveAccount[]
  /** The least that the low end of an encoder's reputation may be, 0 to 1000. Above what a newcomer has, it keeps all of them out. */
  readonly reputationFloor: number
}

/** How a creator's node chooses among bids. */
export type Selection = {
  readonly mode: SelectionMode
  /** Seconds of chain time that the owner has for a choice where the node asks; fewer where the best bid ends sooner. */
  readonly askSeconds: number
  readonly rules: SelectionRules
}

export const openRules: SelectionRules = { blocked: [], reputationFloor: 0 }

export const usualSelection: Selection = { mode: 'automatic', askSeconds: 600, rules: openRules }
