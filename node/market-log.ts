import { z } from 'zod'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { MarketFeed } from '#market/services/market-feed.ts'
import { MarketEvent } from '#protocol/market-event.ts'
import type { Logger } from './logger.ts'

/**
 * One line in the log for each thing that happens in the market. What a node reads of the past while it catches up is no news, and
 * progress is told so often that it is only for whoever looks closely.
 */
export function logMarket(
  feed: Pick<MarketFeed, 'watch'>,
  { ledger, logger }: { readonly ledger: LedgerView; readonly logger: Logger },
): void {
  feed.watch((event) => {
    const { type, at: _, ...facts } = z.encode(MarketEvent, event)
    const isNews = type !== 'progress' && ledger.isSynced()
    logger[isNews ? 'info' : 'debug'](type, facts)
  })
}
