import { z } from 'zod'
import type { Cursor } from '#protocol/api/paging.ts'
import { MarketError } from '../errors.ts'

/** A place in a list as an opaque text: a moment and the id of the last of the page before. */
const Place = z.tuple([z.iso.datetime(), z.string().max(100)])

export function writeCursor(at: Date, id: string): Cursor {
  return Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url')
}

/** Throws `request-invalid` for a text that no list has given. */
export function readCursor(cursor: Cursor): { readonly at: Date; readonly id: string } {
  const parsed = Place.safeParse(jsonOf(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success)
    throw new MarketError('request-invalid', 'The cursor is not one that this list has given.')
  const [at, id] = parsed.data
  return { at: new Date(at), id }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
