import { z } from 'zod'

const hbdText = /^(0|[1-9]\d{0,15})\.(\d{3}) HBD$/

/** Milli-HBD in memory. Hive carries three decimals, so 1n is 0.001 HBD and sums stay exact. */
const Milli = z
  .bigint()
  .nonnegative()
  .max(2n ** 63n - 1n)
  .brand<'MilliHbd'>()

/** HBD as every record carries it, "1.234 HBD", and as memory holds it: a branded bigint of milli-HBD. */
export const MilliHbd = z.codec(
  // The pattern as others are told it leaves out the last tenth, which only the number's own limit parts from what is too much.
  z
    .string()
    .regex(hbdText, 'not an amount like "1.234 HBD"')
    .meta({ pattern: '^(0|[1-9][0-9]{0,14})\\.[0-9]{3} HBD$' }),
  Milli,
  {
    decode: (text) => BigInt(text.replace('.', '').slice(0, -' HBD'.length)),
    encode: (amount) => formatHbd(amount),
  },
)
export type MilliHbd = z.infer<typeof Milli>

/** Brands an amount of milli-HBD. Throws on a negative one: money is never owed by accident. */
export function milliHbd(amount: bigint): MilliHbd {
  return Milli.parse(amount)
}

/** "1.234 HBD" as milli-HBD. Throws a ZodError on anything else, floats and signs included. */
export function parseHbd(text: string): MilliHbd {
  return MilliHbd.decode(text)
}

/** 1234n as "1.234 HBD". */
export function formatHbd(amount: bigint): string {
  const digits = amount.toString().padStart(4, '0')
  return `${digits.slice(0, -3)}.${digits.slice(-3)} HBD`
}
