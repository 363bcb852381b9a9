import { bigint, customType, timestamp, varchar } from 'drizzle-orm/pg-core'
import { fromTagged, taggedJson, toTagged } from '#protocol/tagged-json.ts'

/** A moment, as a `Date`; Postgres keeps it in UTC whatever zone its session has. */
export const moment = (name?: string) => {
  const options = { withTimezone: true, mode: 'date' } as const
  return name === undefined ? timestamp(options) : timestamp(name, options)
}

/** A moment that a `Date` holds to its last digit, so that pages of a list can begin at it. */
export const momentOfList = (name?: string) => {
  const options = { withTimezone: true, mode: 'date', precision: 3 } as const
  return name === undefined ? timestamp(options) : timestamp(name, options)
}

/** Milli-HBD, as in the rest of the program: a bigint, never a float. */
export const milliHbd = customType<{ data: bigint; driverData: string }>({
  dataType: () => 'bigint',
  toDriver: String,
  fromDriver: BigInt,
})

/** A height, or a moment of the chain in seconds since 1970: 32 bits without a sign, which `integer` has no room for. */
export const chainNumber = () => bigint({ mode: 'number' })

/** An integer of any size, exact. */
export const wideInteger = customType<{ data: bigint; driverData: string }>({
  dataType: () => 'numeric',
  toDriver: String,
  fromDriver: BigInt,
})

/**
 * A record as canonical JSON text, bigints and maps included: equal records are equal bytes. Text and not `jsonb`, which refuses
 * the zero characters that anyone may put into a string on the chain. Read back only by the program that wrote it.
 */
export const record = <T>() => jsonText<T>(taggedJson)

/** As {@link record}, of what was never looked at: it may hold half a surrogate pair, which has no canonical form. */
export const rawRecord = <T>() => jsonText<T>((value) => JSON.stringify(toTagged(value)))

function jsonText<T>(toDriver: (value: T) => string) {
  return customType<{ data: T; driverData: string }>({
    dataType: () => 'text',
    toDriver,
    fromDriver: (text) => fromTagged(JSON.parse(text)) as T,
  })()
}

export const account = () => varchar({ length: 16 })
export const job = () => varchar({ length: 33 })
/** In which an account can stand. */
export const roles = ['encoder', 'creator', 'arbiter'] as const
