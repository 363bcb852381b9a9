import type { Ledger } from '#contracts/ledger.ts'
import { createJobIndex } from '#market/adapters/memory/job-index.ts'
import type { LedgerSources } from '#market/adapters/memory/ledger-sources.ts'
import { createMarketHistory } from '#market/adapters/memory/market-history.ts'
import { createScoreBoard } from '#market/adapters/memory/score-board.ts'
import type { LedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import type { HistoryStore } from '#market/ports/market-history.ts'
import { BlockHeight } from '#protocol/ids.ts'
import type { FollowerDeps } from './ledger-follower.ts'

/** What a node has to show of the market besides its ledger, as blocks tell it. */
export type KeptHistory = {
  readonly follow: NonNullable<FollowerDeps['history']>
  /** Once the ledger is there. */
  readonly sources: (ledger: () => Ledger) => LedgerSources
}

/**
 * Keeps what blocks tell from the market's first one on. Where a node has folded blocks without, it forgets them first and reads them
 * again: once, when its owner wants to look at the market for the first time.
 */
export function keepHistory(
  { store, blocks }: { readonly store: HistoryStore; readonly blocks: LedgerStore },
  { genesisHeight }: { readonly genesisHeight: number },
): KeptHistory {
  const genesis = BlockHeight.parse(genesisHeight)
  if (!store.isWhole(genesis)) blocks.forgetFrom(genesis)
  let shown: LedgerSources | null = null
  return {
    follow: {
      keep: ({ told }) => store.append(told),
      onKept: ({ told, scores }) => {
        shown?.history.add(told)
        shown?.scores.note(scores)
      },
    },
    sources: (ledger) => {
      const history = createMarketHistory(store.all())
      shown = { ledger, jobs: createJobIndex(ledger), history, scores: createScoreBoard(ledger()) }
      return shown
    },
  }
}
