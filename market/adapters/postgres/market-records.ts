import type { MarketRecords } from '../../ports/market-records.ts'
import { readReceipts, sumReceipts } from './account-receipts.ts'
import type { PostgresDatabase } from './database.ts'
import { listEncoders } from './encoder-listing.ts'
import { readSeries } from './market-series.ts'
import { readPrices } from './price-lists.ts'

export function createMarketRecords(database: PostgresDatabase): MarketRecords {
  return {
    series: (question) => readSeries(database, question),
    encoders: (question, page) => listEncoders(database, question, page),
    prices: (account, page) => readPrices(database, account, page),
    receipts: (question, page) => readReceipts(database, question, page),
    received: (question) => sumReceipts(database, question),
  }
}
