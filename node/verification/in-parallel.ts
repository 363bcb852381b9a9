/** Maps items by an asynchronous function, at most `limit` at a time, results in the order of the items. Rejects with the first failure, once all that were started have ended. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await map(item)
  }
  const ended = await Promise.allSettled(
    Array.from({ length: Math.min(limit, items.length) }, work),
  )
  for (const outcome of ended) if (outcome.status === 'rejected') throw outcome.reason
  return results
}
