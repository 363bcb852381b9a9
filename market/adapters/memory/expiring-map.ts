/** Entries that end by themselves; of more than it holds, those that were set longest ago are forgotten. */
export type ExpiringMap<Key, Value> = {
  get(key: Key): Value | undefined
  set(key: Key, value: Value, expiresAt: number): void
  /** Those that have not ended. */
  values(): readonly Value[]
  /** Forgets what has ended; returns how many those were. */
  sweep(): number
}

/** `now` and the ends of entries are in milliseconds of one clock. */
export function createExpiringMap<Key, Value>(
  now: () => number,
  limit: number,
): ExpiringMap<Key, Value> {
  const entries = new Map<Key, { readonly value: Value; readonly expiresAt: number }>()
  return {
    get: (key) => {
      const entry = entries.get(key)
      return entry && entry.expiresAt > now() ? entry.value : undefined
    },
    set: (key, value, expiresAt) => {
      entries.delete(key)
      entries.set(key, { value, expiresAt })
      const [oldest] = entries.keys()
      if (entries.size > limit && oldest !== undefined) entries.delete(oldest)
    },
    values: () =>
      [...entries.values()].flatMap(({ value, expiresAt }) => (expiresAt > now() ? [value] : [])),
    sweep: () => {
      const ended = [...entries].filter(([, { expiresAt }]) => expiresAt <= now())
      for (const [key] of ended) entries.delete(key)
      return ended.length
    },
  }
}
