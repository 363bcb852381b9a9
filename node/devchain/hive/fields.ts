import { z } from 'zod'
import { accountSet } from './account-name.ts'
import type { Asset, NaiAsset } from './asset.ts'
import { assetSymbols, formatAsset, formatNaiAsset, parseAsset, parseNaiAsset } from './asset.ts'
import { formatTime, parseTime } from './chain-time.ts'
import type { Field } from './field.ts'
import { ensure } from './hive-error.ts'
import { limits } from './limits.ts'

const largestU32 = 0xffff_ffff

function same<T>(value: T): T {
  return value
}

export const text: Field<string> = {
  schema: z.string(),
  print: same,
  pack: (writer, value) => writer.text(value),
}

export const boolean: Field<boolean> = {
  schema: z.boolean(),
  print: same,
  pack: (writer, value) => writer.u8(value ? 1 : 0),
}

/** hived wraps 4294967296 round to 0 in silence; this chain refuses it. */
export const u32: Field<number> = {
  schema: z.int().min(0).max(largestU32),
  print: same,
  pack: (writer, value) => writer.u32(value),
}

export const time: Field<number> = {
  schema: z.string().transform((value, context) => {
    const seconds = parseTime(value)
    if (seconds !== null) return seconds
    context.addIssue('not a time like 2026-01-31T12:00:00')
    return z.NEVER
  }),
  print: formatTime,
  pack: (writer, value) => writer.u32(value),
}

/** hived's `fixed_string`: longer text fails while it is read, before any rule is asked. */
function fixedText(size: number): Field<string> {
  return {
    ...text,
    schema: z.string().transform((value) => {
      const length = Buffer.byteLength(value)
      ensure(length <= size, 'Input too large: `{in}` ({is}) for fixed size string: ({fs})', {
        in: value,
        is: length,
        fs: size,
      })
      return value
    }),
  }
}

export const account: Field<string> = fixedText(limits.accountName)
export const customId: Field<string> = fixedText(limits.customOperationId)

export const accounts: Field<readonly string[]> = {
  schema: z.array(account.schema).transform(accountSet),
  print: same,
  pack: (writer, names) => {
    writer.varint(names.length)
    for (const name of names) writer.text(name)
  },
}

const NaiAssetJson: z.ZodType<NaiAsset> = z.object({
  amount: z.string(),
  precision: z.int().min(0),
  nai: z.string(),
})

export const asset: Field<Asset> = {
  schema: z.union([z.string().transform(parseAsset), NaiAssetJson.transform(parseNaiAsset)]),
  print: (value, form) => (form === 'legacy' ? formatAsset(value) : formatNaiAsset(value)),
  pack: (writer, { amount, symbol }, form) => {
    writer.i64(amount)
    const { precision, wire, number } = assetSymbols[symbol]
    if (form === 'hf26') return writer.u32(number)
    writer.u8(precision)
    writer.bytes(Buffer.from(wire.padEnd(7, '\0')))
  },
}

export const assets: Field<readonly Asset[]> = {
  schema: z.array(asset.schema),
  print: (values, form) => values.map((value) => asset.print(value, form)),
  pack: (writer, values, form) => {
    writer.varint(values.length)
    for (const value of values) asset.pack(writer, value, form)
  },
}

/** A member that may be absent: null in memory, missing in JSON, one byte when packed. */
export function optional<T>(field: Field<T>): Field<T | null> {
  return {
    schema: field.schema.nullish().transform((value) => value ?? null),
    print: (value, form) => (value === null ? undefined : field.print(value, form)),
    pack: (writer, value, form) => {
      writer.u8(value === null ? 0 : 1)
      if (value !== null) field.pack(writer, value, form)
    },
  }
}
