import { z } from 'zod'

/** How many of a list one answer has at the most. */
const pageLimit = 100

/** Where the next page begins, as the page before has said; opaque to whoever asks. */
export const Cursor = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_-]+$/, 'not a cursor of this list')
export type Cursor = z.infer<typeof Cursor>

/** Members of every list's query. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(pageLimit).default(20),
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
