import type { Ledger } from './ledger.ts'

type Tables = Pick<Ledger, 'nodes' | 'jobs' | 'escrows' | 'standings'>
type TableName = keyof Tables
type KeyOf<T extends TableName> = Tables[T] extends ReadonlyMap<infer Key, unknown> ? Key : never
type ValueOf<T extends TableName> =
  Tables[T] extends ReadonlyMap<unknown, infer Value> ? Value : never

/**
 * A ledger while a run of blocks is folded into it. A table is copied when it is first written to and never again,
 * so a block without market operations costs nothing and a long replay copies each table once.
 */
export type Draft = {
  readonly ledger: () => Ledger
  readonly get: <T extends TableName>(table: T, key: KeyOf<T>) => ValueOf<T> | undefined
  readonly set: <T extends TableName>(table: T, key: KeyOf<T>, value: ValueOf<T>) => void
  readonly remove: <T extends TableName>(table: T, key: KeyOf<T>) => void
  readonly replace: (
    members: Partial<Pick<Ledger, 'head' | 'awaitingBeacon' | 'checkpoint'>>,
  ) => void
}

/** Opens a draft on a ledger, which itself is never changed. */
export function createDraft(start: Ledger): Draft {
  let ledger = start
  const copied = new Map<TableName, Map<unknown, unknown>>()
  const writable = (name: TableName): Map<unknown, unknown> => {
    const known = copied.get(name)
    if (known) return known
    const copy = new Map<unknown, unknown>(ledger[name])
    copied.set(name, copy)
    ledger = { ...ledger, [name]: copy }
    return copy
  }
  return {
    ledger: () => ledger,
    get: (table, key) => (ledger[table] as ReadonlyMap<unknown, never>).get(key),
    set: (table, key, value) => {
      writable(table).set(key, value)
    },
    remove: (table, key) => {
      if (ledger[table].has(key as never)) writable(table).delete(key)
    },
    replace: (members) => {
      ledger = { ...ledger, ...members }
    },
  }
}
