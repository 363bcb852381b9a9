/** How far back the page looks, and in which steps. */
export const networkRanges = {
  day: { name: '24 hours', bucket: 'hour', count: 24 },
  week: { name: '7 days', bucket: 'hour', count: 168 },
  month: { name: '30 days', bucket: 'day', count: 30 },
  quarter: { name: '90 days', bucket: 'day', count: 90 },
  year: { name: 'A year', bucket: 'day', count: 365 },
} as const

export type NetworkRange = keyof typeof networkRanges
export type NetworkSearch = { readonly range?: NetworkRange }

export const usualRange: NetworkRange = 'month'

function isRange(value: unknown): value is NetworkRange {
  return typeof value === 'string' && Object.hasOwn(networkRanges, value)
}

/** What an address says of the range; nothing where it says what no page would. */
export function parseNetworkSearch({ range }: Readonly<Record<string, unknown>>): NetworkSearch {
  return isRange(range) ? { range } : {}
}
