import type { Ledger } from './ledger.ts'
import { Table } from './table.ts'

type Tables = Pick<Ledger, 'nodes' | 'jobs' | 'escrows' | 'standings' | 'claims' | 'ratifying'>
type TableName = keyof Tables
type KeyOf<T extends TableName> =
  Tables[T] extends ReadonlyMap<infer Key extends string, unknown> ? Key : never
type ValueOf<T extends TableName> =
  Tables[T] extends ReadonlyMap<unknown, infer Value> ? Value : never

/** A ledger while blocks are folded into it. */
export type Draft = {
  readonly ledger: () => Ledger
  readonly get: <T extends TableName>(table: T, key: KeyOf<T>) => ValueOf<T> | undefined
  readonly set: <T extends TableName>(table: T, key: KeyOf<T>, value: ValueOf<T>) => void
  readonly remove: <T extends TableName>(table: T, key: KeyOf<T>) => void
  readonly replace: (members: Partial<Omit<Ledger, TableName>>) => void
}

/** Opens a draft on a ledger, which itself is never changed. */
export function createDraft(start: Ledger): Draft {
  let ledger = start
  const table = (name: TableName): Table<string, unknown> =>
    Table.from(ledger[name] as ReadonlyMap<string, unknown>)
  return {
    ledger: () => ledger,
    get: (name, key) => (ledger[name] as ReadonlyMap<unknown, never>).get(key),
    set: (name, key, value) => {
      ledger = { ...ledger, [name]: table(name).with(key, value) }
    },
    remove: (name, key) => {
      ledger = { ...ledger, [name]: table(name).without(key) }
    },
    replace: (members) => {
      ledger = { ...ledger, ...members }
    },
  }
}
