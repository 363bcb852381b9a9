import { customType, timestamp } from 'drizzle-orm/pg-core'

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

/** Bytes that stay bytes: what was signed or hashed is kept as it was. */
export const bytes = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value),
})
