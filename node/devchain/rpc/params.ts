import { z } from 'zod'

const largestU64 = 2n ** 64n - 1n

/** A block's number, also as text, which hived reads as well. */
export const BlockNumber = z
  .union([z.int(), z.string().regex(/^\d+$/).transform(Number)])
  .pipe(z.int().min(0).max(0xffff_ffff))

export const AccountName = z.string()

/** 64 bits, as a number or as text. hived reads -1 as the largest, which clients use for "the newest", and null as 0. */
export const U64 = z
  .union([z.int(), z.string().regex(/^-?\d+$/), z.null()])
  .transform((value) => BigInt(value ?? 0) & largestU64)

/** A flag that some clients send as text. */
export const Flag = z.union([
  z.boolean(),
  z.enum(['true', 'false']).transform((text) => text === 'true'),
])

export const Nothing = z.object({})

/** As hived prints numbers: those that JavaScript could not read exactly become text. */
export function printU64(value: bigint): number | string {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString()
}
