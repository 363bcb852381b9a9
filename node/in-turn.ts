/** Runs steps one after the other, in the order of their calls; one that fails is followed by the next all the same. */
export function createTurns(): <T>(step: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (step) => {
    const own = last.then(step)
    last = own.catch(() => undefined)
    return own
  }
}
