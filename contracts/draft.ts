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
  const { nodes, jobs, escrows, standings, claims, ratifying } = start
  const tables = {
    nodes: Table.from(nodes),
    jobs: Table.from(jobs),
    escrows: Table.from(escrows),
    standings: Table.from(standings),
    claims: Table.from(claims),
    ratifying: Table.from(ratifying),
  } as unknown as Record<TableName, Table<string, unknown>>
  /** Null while a table is ahead of it: a ledger is looked at less often than a table is changed. */
  let ledger: Ledger | null = start
  const current = (): Ledger => {
    ledger ??= { ...start, ...members, ...(tables as unknown as Tables) }
    return ledger
  }
  let members: Partial<Omit<Ledger, TableName>> = {}
  return {
    ledger: current,
    get: (name, key) => tables[name].get(key) as never,
    set: (name, key, value) => {
      tables[name] = tables[name].with(key, value)
      ledger = null
    },
    remove: (name, key) => {
      tables[name] = tables[name].without(key)
      ledger = null
    },
    replace: (changed) => {
      members = { ...members, ...changed }
      ledger = null
    },
  }
}
