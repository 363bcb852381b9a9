import { z } from 'zod'
import { MarketError } from '../errors.ts'

/** The place of a row in an order, as text that nobody needs to read. */
export function formatPlace(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** The place that a page's `next` says. Throws `cursor-unknown` for what no page of the same order ended with. */
export function parsePlace<Place>(text: string, place: z.ZodType<Place>): Place {
  const json = z.string().transform((encoded, context) => {
    try {
      return JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')) as unknown
    } catch {
      context.addIssue('not a place')
      return z.NEVER
    }
  })
  const parsed = json.pipe(place).safeParse(text)
  if (parsed.success) return parsed.data
  throw new MarketError('cursor-unknown', 'The cursor is none of this list.')
}

/** One row more than a page was asked for says that there is another page. */
export function pageOf<Row, Entry>(
  rows: readonly Row[],
  limit: number,
  {
    entry,
    place,
  }: { entry: (row: Row) => Entry; place: (row: Row) => readonly (string | number)[] },
): { readonly rows: readonly Entry[]; readonly next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next = rows.length > limit && last ? formatPlace(place(last)) : null
  return { rows: shown.map(entry), next }
}
