import type { DrawnLine } from '#ui/shared/drawn-line.ts'

type PriceList = {
  readonly time: number
  readonly prices: readonly { readonly rendition: string; readonly perMinute: bigint }[] | null
}

/**
 * Price lists, the newest first, as lines that go from step to step: a price holds until the next list, the last one until now. Where
 * nothing was offered there is a gap. Values are in milli-HBD, moments in seconds.
 */
export function priceLines(
  lists: readonly PriceList[],
  now: number,
): { readonly at: readonly number[]; readonly lines: readonly DrawnLine[] } {
  const past = lists.toReversed()
  const names = [
    ...new Set(past.flatMap(({ prices }) => prices ?? []).map((each) => each.rendition)),
  ]
  const steps = past.flatMap(({ time, prices }, index) => {
    const until = past[index + 1]?.time ?? Math.max(now, time + 1)
    // Lists of one block follow each other within its second.
    const ends = until - 1 > time ? [{ at: until - 1, prices }] : []
    return [{ at: time, prices }, ...ends]
  })
  const last = new Map(steps.map((step) => [step.at, step]))
  const drawn = [...last.values()]
  return {
    at: drawn.map(({ at }) => at),
    lines: names.toSorted(byHeight).map((name) => ({
      name,
      values: drawn.map(({ prices }) => {
        const price = prices?.find(({ rendition }) => rendition === name)
        return price ? Number(price.perMinute) : null
      }),
    })),
  }
}

function byHeight(left: string, right: string): number {
  return Number.parseInt(right, 10) - Number.parseInt(left, 10)
}
