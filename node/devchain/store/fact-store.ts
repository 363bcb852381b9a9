import type { Database } from 'better-sqlite3'

/** Single facts about a chain, by name. */
export interface FactStore {
  get(name: FactName): string | undefined
  set(name: FactName, value: string): void
}

type FactName = 'format' | 'genesis' | 'genesis-time' | 'branch'

export function createFactStore(database: Database): FactStore {
  const select = database.prepare<[string], { value: string }>(
    'select value from facts where name = ?',
  )
  const upsert = database.prepare('insert or replace into facts values (?, ?)')
  return {
    get: (name) => select.get(name)?.value,
    set: (name, value) => {
      upsert.run(name, value)
    },
  }
}
