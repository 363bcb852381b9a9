import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { accountRecord } from '../state/account.ts'
import { escrowRecord } from '../state/escrow.ts'
import type { Counters, State, StateChanges } from '../state/state.ts'
import type { Changes, Table } from '../state/table.ts'
import { createTable } from '../state/table.ts'

export interface StateStore {
  load(): State
  save(changes: StateChanges): void
}

type Row = { readonly key: string; readonly body: string }
type Rows<V> = { load(): Table<V>; save(changes: Changes<V>): void }

const CountersRecord: z.ZodType<Counters> = z.object({ nextAccount: z.int(), nextEscrow: z.int() })

/** The state as of the newest block, so that a restart replays nothing. */
export function createStateStore(database: Database): StateStore {
  const accounts = createRows(database, 'accounts', {
    read: (json) => accountRecord.schema.parse(json),
    write: (account) => accountRecord.print(account, 'legacy'),
  })
  const escrows = createRows(database, 'escrows', {
    read: (json) => escrowRecord.schema.parse(json),
    write: (escrow) => escrowRecord.print(escrow, 'legacy'),
  })
  const counters = createRows(database, 'counters', {
    read: (json) => CountersRecord.parse(json),
    write: (value) => value,
  })
  return {
    load: () => ({
      accounts: accounts.load(),
      escrows: escrows.load(),
      counters: counters.load(),
    }),
    save: (changes) => {
      accounts.save(changes.accounts)
      escrows.save(changes.escrows)
      counters.save(changes.counters)
    },
  }
}

function createRows<V>(
  database: Database,
  name: string,
  codec: { readonly read: (json: unknown) => V; readonly write: (value: V) => unknown },
): Rows<V> {
  const all = database.prepare<[], Row>(`select key, body from ${name}`)
  const upsert = database.prepare(`insert or replace into ${name} values (?, ?)`)
  const remove = database.prepare(`delete from ${name} where key = ?`)
  return {
    load: () =>
      createTable(all.all().map(({ key, body }) => [key, codec.read(JSON.parse(body))] as const)),
    save: (changes) => {
      for (const [key, value] of changes) {
        if (value === undefined) remove.run(key)
        else upsert.run(key, JSON.stringify(codec.write(value)))
      }
    },
  }
}
