import { z } from 'zod'
import type { Role } from '#contracts/deeds.ts'
import { encoderFigures } from '../../domain/encoder-figures.ts'
import type { PageOptions } from '../../ports/chain-queries.ts'
import type { LiveMarket } from '../../ports/live-market.ts'
import type {
  EncodersQuestion,
  MarketEncoder,
  MarketRecords,
  Receipt,
  ReceiptsQuestion,
} from '../../ports/market-records.ts'
import { seriesOf } from './ledger-figures.ts'
import type { LedgerSources } from './ledger-sources.ts'
import { comparePlaces, listPage } from './list-page.ts'

export type LedgerRecordsSources = LedgerSources & { readonly live: Pick<LiveMarket, 'present'> }

const PricePlace = z.tuple([z.int(), z.int()])
const ReceiptPlace = z.tuple([z.int(), z.int(), z.string()])

/** Records of the market from a ledger in memory, and from what blocks told besides. */
export function createLedgerRecords(sources: LedgerRecordsSources): MarketRecords {
  const { ledger, jobs, history } = sources
  const asked = ({ account, role, from = 0, to = Infinity }: ReceiptsQuestion) =>
    history
      .receipts(account)
      .filter(
        (row) => (role === undefined || row.role === role) && row.time >= from && row.time < to,
      )
  return {
    series: async (question) => seriesOf({ ledger: ledger(), jobs, history }, question),
    encoders: async (question, page) => encodersPage(sources, question, page),
    prices: async (account, page) =>
      listPage(history.prices(account).toReversed(), page, {
        schema: PricePlace,
        place: ({ height, position }) => [height, position],
        isBehind: ({ height, position }, from) => comparePlaces([height, position], from) < 0,
      }),
    receipts: async (question, page) =>
      listPage(asked(question).toSorted(latestFirst), page, {
        schema: ReceiptPlace,
        place: receiptPlace,
        isBehind: (row, from) => comparePlaces(receiptPlace(row), from) < 0,
      }),
    received: async (question) => {
      const rows = asked(question)
      const sum = (role: Role): bigint =>
        rows.reduce((all, row) => (row.role === role ? all + row.amount : all), 0n)
      return { encoder: sum('encoder'), creator: sum('creator'), arbiter: sum('arbiter') }
    },
  }
}

function receiptPlace({ height, position, role }: Receipt): readonly [number, number, string] {
  return [height, position, role]
}

function latestFirst(left: Receipt, right: Receipt): number {
  return comparePlaces(receiptPlace(right), receiptPlace(left))
}

/** By which order the place is one, what it is ordered by there, and who stands at it. */
const EncoderPlace = z.tuple([z.string(), z.string().regex(/^\d{1,19}$/), z.string()])

async function encodersPage(
  { ledger, scores, live }: LedgerRecordsSources,
  question: EncodersQuestion,
  page: PageOptions,
) {
  const { order } = question
  const { nodes, standings } = ledger()
  const listed = [...scores.in('encoder')].flatMap(([account, score]): readonly MarketEncoder[] => {
    const node = nodes.get(account)
    if (node?.phase !== 'active' || !node.encoder) return []
    const { pricePerMinute, speed } = encoderFigures(node.encoder)
    const deeds = Number(standings.get(account)?.encoder?.deeds ?? 0n)
    return [{ account, ...score, deeds, node, pricePerMinute, speed }]
  })
  const wanted = listed.filter(isWanted(question))
  const present = question.presentAt && (await presentAmong(live, wanted))
  const shown = wanted.filter(({ account }) => !present || present.has(account))
  // Equal ones stand by name backwards, and the cheapest by name.
  const sign = order === 'price' ? 1 : -1
  const place = (row: MarketEncoder) => [keyOf(order, row), row.account] as const
  return listPage(
    shown.sort((left, right) => sign * comparePlaces(place(left), place(right))),
    page,
    {
      schema: EncoderPlace.refine(([of]) => of === order),
      place: (row) => [order, String(keyOf(order, row)), row.account],
      isBehind: (row, [, key, account]) =>
        sign * comparePlaces(place(row), [BigInt(key), account]) > 0,
    },
  )
}

function keyOf(order: EncodersQuestion['order'], row: MarketEncoder): bigint {
  const { score, speed, pricePerMinute: price } = row
  return { score: BigInt(score), speed: BigInt(speed), price }[order]
}

function isWanted({ codec, hwAccel, region, mostPerMinute, leastSpeed }: EncodersQuestion) {
  return ({ node, pricePerMinute, speed }: MarketEncoder): boolean => {
    const figures = node.encoder && encoderFigures(node.encoder)
    if (!figures) return false
    return (
      (codec === undefined || figures.codecs.includes(codec)) &&
      (hwAccel === undefined || figures.hwAccel === hwAccel) &&
      (region === undefined || node.region === region) &&
      (mostPerMinute === undefined || pricePerMinute <= mostPerMinute) &&
      (leastSpeed === undefined || speed >= leastSpeed)
    )
  }
}

async function presentAmong(
  live: Pick<LiveMarket, 'present'>,
  encoders: readonly MarketEncoder[],
): Promise<ReadonlySet<string>> {
  const heard = await live.present(encoders.map(({ account }) => account))
  return new Set(heard.map(({ account }) => account))
}
