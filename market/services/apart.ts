/**
 * Does a step for each of several, whatever becomes of one: anyone can put something senseless on the chain, and what one job
 * stumbles over must stop no other. Throws at the end what failed: the error itself, or an AggregateError of several.
 */
export function eachApart<T>(items: Iterable<T>, step: (item: T) => void): void {
  const errors: unknown[] = []
  for (const item of items) {
    try {
      step(item)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} steps failed`)
}
