import { z } from 'zod'
import type { Cursor } from '#protocol/api/paging.ts'
import { formatPlace, parsePlace } from '../adapters/page-cursor.ts'

/** A place in a list: a moment and the id of the last of the page before. */
const Place = z.tuple([z.iso.datetime(), z.string().max(100)])

export function writeCursor(at: Date, id: string): Cursor {
  return formatPlace([at.toISOString(), id])
}

/** Throws `cursor-unknown` for a text that no list has given. */
export function readCursor(cursor: Cursor): { readonly at: Date; readonly id: string } {
  const [at, id] = parsePlace(cursor, Place)
  return { at: new Date(at), id }
}
