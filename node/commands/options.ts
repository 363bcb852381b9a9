import { InvalidArgumentError } from 'commander'
import type { z } from 'zod'

/** Makes a commander parser of a schema: what the schema refuses, commander tells with the option's name. */
export function parsedBy<S extends z.ZodType>(schema: S): (text: string) => z.output<S> {
  return (text) => {
    const parsed = schema.safeParse(text)
    if (parsed.success) return parsed.data
    throw new InvalidArgumentError(parsed.error.issues.map(({ message }) => message).join(', '))
  }
}

/** As {@link parsedBy}, for an option that may be given several times. */
export function collectedBy<S extends z.ZodType>(
  schema: S,
): (text: string, previous?: z.output<S>[]) => z.output<S>[] {
  const parse = parsedBy(schema)
  return (text, previous = []) => [...previous, parse(text)]
}
