import type { ChainTime, HiveAccount, JobId } from '#protocol/ids.ts'
import { BlockHeight, ChainTime as Time, TransactionId } from '#protocol/ids.ts'
import type { ChainEvent, ScorePoint } from '../../ports/chain-queries.ts'
import type { BlockHistory, MarketHistory } from '../../ports/market-history.ts'
import type { PriceList, Receipt } from '../../ports/market-records.ts'

const moneyTypes: ReadonlySet<string> = new Set(['job-accepted', 'escrow-paid', 'escrow-returned'])

/** The past of the market in memory, found by what is asked for. It grows with the market, as the ledger beside it does. */
export function createMarketHistory(past: Iterable<BlockHistory> = []): MarketHistory {
  const events: ChainEvent[] = []
  const money: ChainEvent[] = []
  const byJob = new Map<JobId, ChainEvent[]>()
  const receipts = new Map<HiveAccount, Receipt[]>()
  const prices = new Map<HiveAccount, PriceList[]>()
  const points = new Map<string, ScorePoint[]>()
  const active = new Map<HiveAccount, ChainTime>()

  const addBlock = (block: BlockHistory): void => {
    for (const { transaction, ...told } of block.events) {
      const sequence = events.length + 1
      const event = { ...told, sequence, transaction: TransactionId.parse(transaction) }
      events.push(event)
      if (moneyTypes.has(event.type)) money.push(event)
      append(byJob, event.job, event)
    }
    for (const { height, time, ...receipt } of block.receipts)
      append(receipts, receipt.account, { ...receipt, ...placed({ height, time }) })
    for (const { account, height, time, ...list } of block.prices)
      append(prices, account, { ...list, ...placed({ height, time }) })
    for (const { account, role, ...point } of block.points)
      append(points, `${account}/${role}`, point)
    for (const { account, time } of block.active) active.set(account, time)
  }
  for (const block of past) addBlock(block)
  return {
    add: (blocks) => {
      for (const block of blocks) addBlock(block)
    },
    eventsOf: (job) => byJob.get(job) ?? [],
    // Sequences have no gaps: the event of one stands at the place before it.
    eventsAfter: (sequence, limit) => events.slice(sequence, sequence + limit),
    money: ({ from, to }) => money.slice(firstFrom(money, from), firstFrom(money, to)),
    receipts: (account) => receipts.get(account) ?? [],
    prices: (account) => prices.get(account) ?? [],
    points: (account, role) => points.get(`${account}/${role}`) ?? [],
    activeTime: (account) => active.get(account) ?? null,
  }
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

function placed({ height, time }: { readonly height: number; readonly time: number }) {
  return { height: BlockHeight.parse(height), time: Time.parse(time) }
}

/** The place of the first event that is not before a time; the chain's times never fall. */
function firstFrom(events: readonly ChainEvent[], time: number): number {
  let [low, high] = [0, events.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const event = events[middle]
    if (event && event.time < time) low = middle + 1
    else high = middle
  }
  return low
}
