import { exponentialDelay } from '#market/domain/retry.ts'

/** When to try again what has failed: after a pause that grows with each failure. */
export type Retries<Key> = {
  isDue(key: Key): boolean
  failures(key: Key): number
  failed(key: Key): void
  succeeded(key: Key): void
}

export function createRetries<Key>(now: () => number): Retries<Key> {
  const known = new Map<Key, { readonly failures: number; readonly due: number }>()
  const failures = (key: Key): number => known.get(key)?.failures ?? 0
  return {
    isDue: (key) => (known.get(key)?.due ?? 0) <= now(),
    failures,
    failed: (key) => {
      const count = failures(key) + 1
      known.set(key, { failures: count, due: now() + exponentialDelay(count) })
    },
    succeeded: (key) => void known.delete(key),
  }
}
