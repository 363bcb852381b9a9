/** Values by key, in no order that means anything. Values are never changed, only replaced. */
export interface Table<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
  entries(): Iterable<readonly [key: string, value: V]>
}

/** New values by key; undefined where the key went away. */
export type Changes<V> = ReadonlyMap<string, V | undefined>

/** A copy of a table that shares what it did not change. Dropping it costs nothing. */
export interface Overlay<V> extends Table<V> {
  readonly changes: Changes<V>
  /** Writes the changes into the table below and returns what they replaced, which undoes them. */
  commit(): Changes<V>
}

export function createTable<V>(entries: Iterable<readonly [string, V]> = []): Table<V> {
  const rows = new Map(entries)
  return {
    get: (key) => rows.get(key),
    set: (key, value) => {
      rows.set(key, value)
    },
    delete: (key) => {
      rows.delete(key)
    },
    entries: () => rows.entries(),
  }
}

export function createOverlay<V>(below: Table<V>): Overlay<V> {
  const changes = new Map<string, V | undefined>()
  return {
    changes,
    get: (key) => (changes.has(key) ? changes.get(key) : below.get(key)),
    set: (key, value) => {
      changes.set(key, value)
    },
    delete: (key) => {
      changes.set(key, undefined)
    },
    entries: () => mergedEntries(below, changes),
    commit: () => applyChanges(below, changes),
  }
}

/** Writes changes into a table and returns what they replaced, which undoes them. */
export function applyChanges<V>(table: Table<V>, changes: Changes<V>): Changes<V> {
  const replaced = new Map<string, V | undefined>()
  for (const [key, value] of changes) {
    replaced.set(key, table.get(key))
    if (value === undefined) table.delete(key)
    else table.set(key, value)
  }
  return replaced
}

function* mergedEntries<V>(below: Table<V>, changes: Changes<V>): Generator<readonly [string, V]> {
  for (const entry of below.entries()) {
    if (!changes.has(entry[0])) yield entry
  }
  for (const [key, value] of changes) {
    if (value !== undefined) yield [key, value]
  }
}
