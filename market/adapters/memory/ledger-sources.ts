import type { Ledger } from '#contracts/ledger.ts'
import type { AnsweredAt } from '../../ports/chain-queries.ts'
import type { MarketHistory } from '../../ports/market-history.ts'
import type { JobIndex } from './job-index.ts'
import type { ScoreBoard } from './score-board.ts'

/** What a node knows of the market by itself: its ledger, and what blocks told besides. */
export type LedgerSources = {
  readonly ledger: () => Ledger
  readonly jobs: JobIndex
  readonly history: MarketHistory
  readonly scores: ScoreBoard
}

/** The block that a ledger's answers are as of. */
export function headOf({ head }: Pick<Ledger, 'head'>): AnsweredAt | null {
  return head && { height: head.height, block: head.id, time: head.time }
}
