/**
 * The part of zod that pages need, in the words of the whole one: `protocol` writes its schemas for that, and pages load them built
 * on `zod/mini`, which takes 15 kB (packed) from every first load. `vite.config.ts` puts this in the place of `zod`; the types that code is
 * checked against are those of `zod`. What has no counterpart here fails as a page loads, and in this file's test. It has no words for
 * faults of its own: `settings-form.ts`, which shows them, brings those along.
 */
import * as mini from 'zod/mini'

export const z = {
  NEVER: mini.NEVER,
  ZodObject: mini.ZodMiniObject,
  array: mini.array,
  bigint: mini.bigint,
  boolean: mini.boolean,
  codec: mini.codec,
  config: mini.config,
  date: mini.date,
  discriminatedUnion: mini.discriminatedUnion,
  encode: mini.encode,
  enum: mini.enum,
  flattenError: mini.flattenError,
  instanceof: mini.instanceof,
  int: mini.int,
  iso: { datetime: mini.iso.datetime },
  literal: mini.literal,
  number: mini.number,
  object: mini.object,
  partialRecord: mini.partialRecord,
  record: mini.record,
  strictObject: mini.strictObject,
  string: mini.string,
  tuple: mini.tuple,
  undefined: mini.undefined,
  union: mini.union,
  unknown: mini.unknown,
  url: mini.url,
  uuid: mini.uuid,
}

type Schema = mini.ZodMiniType
type Check = Parameters<Schema['check']>[0]
type Bound = number & bigint
type Words = Parameters<typeof mini.refine>[1]

/** Sizes of texts and lists are one thing to `zod/mini`, and those of numbers another. */
const hasLength = ({ def }: Schema): boolean => def.type === 'string' || def.type === 'array'
const zeroOf = ({ def }: Schema): number | bigint => (def.type === 'bigint' ? 0n : 0)

const checks = {
  min: (schema: Schema, least: Bound, words: Words) =>
    hasLength(schema) ? mini.minLength(least, words) : mini.gte(least, words),
  max: (schema: Schema, most: Bound, words: Words) =>
    hasLength(schema) ? mini.maxLength(most, words) : mini.lte(most, words),
  length: (_: Schema, length: number, words: Words) => mini.length(length, words),
  positive: (schema: Schema, words: Words) => mini.gt(zeroOf(schema), words),
  nonnegative: (schema: Schema, words: Words) => mini.gte(zeroOf(schema), words),
  multipleOf: (_: Schema, step: number, words: Words) => mini.multipleOf(step, words),
  regex: (_: Schema, pattern: RegExp, words: Words) => mini.regex(pattern, words),
  startsWith: (_: Schema, text: string, words: Words) => mini.startsWith(text, words),
  trim: () => mini.trim(),
  toLowerCase: () => mini.toLowerCase(),
  refine: (_: Schema, holds: (value: unknown) => boolean, words: Words) =>
    mini.refine(holds, words),
}

const methods = {
  nullable: mini.nullable,
  optional: mini.optional,
  readonly: mini.readonly,
  default: mini._default,
  catch: mini.catch,
  pick: mini.pick,
  omit: mini.omit,
  partial: mini.partial,
  extend: mini.extend,
  encode: mini.encode,
  decode: mini.decode,
  /** What is said of a schema is for the description of the API, which no page writes. */
  meta: (schema: Schema) => schema,
  exclude: (schema: mini.ZodMiniEnum, left: readonly string[]) =>
    mini.enum(schema.options.filter((option) => !left.includes(String(option))) as string[]),
}

/** What of schemas `zod` has as methods, and `zod/mini` as functions. */
const added = (call: (schema: never, ...rest: never[]) => unknown) =>
  function (this: Schema, ...rest: never[]): unknown {
    return call(this as never, ...rest)
  }

// Zod gives what is on this prototype to every schema.
for (const [name, check] of Object.entries(checks))
  mini.ZodMiniType.prototype[name] = added((schema: Schema, ...rest: never[]) =>
    schema.check((check as (...all: unknown[]) => Check)(schema, ...rest)),
  )
for (const [name, call] of Object.entries(methods)) mini.ZodMiniType.prototype[name] = added(call)
