import type { z } from 'zod'
import type { Page, PageOptions } from '../../ports/chain-queries.ts'
import { pageOf, parsePlace } from '../page-cursor.ts'

type Place = readonly (string | number)[]

type AnyPlace = readonly (string | number | bigint)[]

/** As tuples compare: by the first member in which they differ. */
export function comparePlaces(left: AnyPlace, right: AnyPlace): number {
  const index = left.findIndex((member, place) => member !== right[place])
  if (index < 0) return 0
  const [one, other] = [left[index], right[index]]
  return one !== undefined && other !== undefined && one < other ? -1 : 1
}

/**
 * A page of a list that is in order already. `place` says where an entry stands; `isBehind` whether an entry comes after the place
 * that the page before ended at.
 */
export function listPage<Entry, From extends Place>(
  entries: Iterable<Entry>,
  { after, limit }: PageOptions,
  {
    schema,
    place,
    isBehind,
  }: {
    readonly schema: z.ZodType<From>
    readonly place: (entry: Entry) => Place
    readonly isBehind: (entry: Entry, from: From) => boolean
  },
): Page<Entry> {
  const from = after === undefined || after === null ? null : parsePlace(after, schema)
  const rows: Entry[] = []
  for (const entry of entries) {
    if (from !== null && !isBehind(entry, from)) continue
    rows.push(entry)
    if (rows.length > limit) break
  }
  return pageOf(rows, limit, { entry: (row) => row, place })
}
