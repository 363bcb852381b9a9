import { z } from 'zod'
import type { ByteWriter } from './byte-writer.ts'
import { HiveError } from './hive-error.ts'

/** hived's two tongues, in JSON and in packed bytes: what wallets sign, and what came with hard fork 26. They differ in assets. */
export type Form = 'legacy' | 'hf26'

/** One kind of value: how it is read from untrusted JSON, shown to clients and packed for hashing. */
export type Field<T> = {
  readonly schema: z.ZodType<T>
  print(value: T, form: Form): unknown
  pack(writer: ByteWriter, value: T, form: Form): void
}

/** Fields in wire order. */
export type FieldMap<T> = { readonly [K in keyof T]: Field<T[K]> }

/** Several fields as one value. Unknown members are ignored, as hived does. */
export function structField<T extends object>(fields: FieldMap<T>): Field<T> {
  const shape: Record<string, z.ZodType> = {}
  for (const key in fields) shape[key] = fields[key].schema
  return {
    schema: z.object(shape) as unknown as z.ZodType<T>,
    print: (value, form) => {
      const printed: Record<string, unknown> = {}
      for (const key in fields) printed[key] = fields[key].print(value[key], form)
      return printed
    },
    pack: (writer, value, form) => {
      for (const key in fields) fields[key].pack(writer, value[key], form)
    },
  }
}

/** Parses untrusted JSON. Throws a HiveError. */
export function parseField<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw castError(parsed.error)
}

/** What does not fit is hived's "Bad Cast"; this one also names the place. */
export function castError(error: z.ZodError): HiveError {
  const issue = error.issues[0]
  return new HiveError('bad-cast', '{path}: {issue}', {
    path: issue?.path.join('.') ?? '',
    issue: issue?.message ?? 'invalid value',
  })
}
