/** Stretches of time that people keep books by; UTC, as the chain counts. */
export const periods = ['all', 'year', 'month', 'last-month'] as const
export type Period = (typeof periods)[number]

export const periodNames = {
  all: 'All time',
  year: 'This year',
  month: 'This month',
  'last-month': 'Last month',
} as const satisfies Record<Period, string>

export type EarningsSearch = { readonly period?: Period }

export function parseEarningsSearch({ period }: Readonly<Record<string, unknown>>): EarningsSearch {
  const known = periods.find((each) => each === period)
  return known ? { period: known } : {}
}

/** From the first to before the second, in seconds; a side that is open is absent. `now` is in milliseconds. */
export function boundsOf(
  period: Period,
  now: number,
): { readonly from?: number; readonly to?: number } {
  const date = new Date(now)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const first = (ofYear: number, ofMonth: number): number => Date.UTC(ofYear, ofMonth, 1) / 1_000
  switch (period) {
    case 'all':
      return {}
    case 'year':
      return { from: first(year, 0) }
    case 'month':
      return { from: first(year, month) }
    case 'last-month':
      return { from: first(year, month - 1), to: first(year, month) }
  }
}
