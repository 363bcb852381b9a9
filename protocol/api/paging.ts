import { z } from 'zod'

/** How many of a list one answer has at the most. */
const pageLimit = 100

/** Where the next page begins, as the page before has said; opaque to whoever asks. */
export const Cursor = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_-]+$/, 'not a cursor of this list')
export type Cursor = z.infer<typeof Cursor>

/** A whole number as a query has it: digits and nothing else, said once. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return z.codec(
    z.string().regex(/^\d{1,16}$/, 'not a whole number'),
    z.int().min(least).max(most),
    {
      decode: Number,
      encode: String,
    },
  )
}

/** Members of every list's query. */
export const pageQuery = {
  limit: wholeNumber(1, pageLimit).default(20),
  cursor: Cursor.optional(),
}

/** A page of a list; `next` is null after the last. */
export function pageOf<Name extends string, S extends z.ZodType>(name: Name, member: S) {
  return z.strictObject({
    [name]: z.array(member).readonly(),
    next: Cursor.nullable(),
  } as { readonly [N in Name]: z.ZodReadonly<z.ZodArray<S>> } & {
    readonly next: z.ZodNullable<typeof Cursor>
  })
}

export const none = z.strictObject({})
export const noBody = z.undefined()
