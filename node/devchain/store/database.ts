import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { MarketError } from '#market/errors.ts'

const fileName = 'devchain.sqlite'

const schema = `
  create table if not exists facts (name text primary key, value text not null) strict;
  create table if not exists blocks (
    number integer primary key,
    id text not null,
    time integer not null,
    witness text not null,
    merkle_root text not null,
    signature text not null
  ) strict;
  create table if not exists transactions (
    id text primary key,
    block integer not null,
    position integer not null,
    expiration integer not null,
    form text not null,
    body text not null
  ) strict, without rowid;
  create index if not exists transactions_by_block on transactions (block, position);
  create table if not exists operations (
    block integer not null,
    position integer not null,
    trx_in_block integer not null,
    op_in_trx integer not null,
    virtual integer not null,
    kind integer not null,
    name text not null,
    body text not null,
    primary key (block, position)
  ) strict, without rowid;
  create table if not exists account_operations (
    account text not null,
    sequence integer not null,
    block integer not null,
    position integer not null,
    primary key (account, sequence)
  ) strict, without rowid;
  create index if not exists account_operations_by_block on account_operations (block);
  create table if not exists accounts (key text primary key, body text not null) strict, without rowid;
  create table if not exists escrows (key text primary key, body text not null) strict, without rowid;
  create table if not exists counters (key text primary key, body text not null) strict, without rowid;
`

/**
 * Opens the database of a data directory, or one in memory. Every commit is on disk before anybody hears of its blocks
 * (synchronous FULL), so that a block once shown survives even the loss of power; blocks made by one call share a commit.
 */
export function openDatabase(directory: string | undefined): Database.Database {
  if (directory === undefined) return prepare(new Database(':memory:'))
  try {
    mkdirSync(directory, { recursive: true })
    return prepare(new Database(join(directory, fileName), { timeout: 0 }))
  } catch (error) {
    throw explain(error, directory)
  }
}

function prepare(database: Database.Database): Database.Database {
  database.pragma('locking_mode = exclusive')
  database.pragma('journal_mode = wal')
  database.pragma('synchronous = full')
  database.exec(schema)
  return database
}

function explain(cause: unknown, directory: string): unknown {
  if (!(cause instanceof Error)) return cause
  const code = 'code' in cause ? String(cause.code) : ''
  if (code.startsWith('SQLITE_BUSY'))
    return new MarketError(
      'data-locked',
      `The data directory ${directory} is in use by another development chain.`,
      { directory },
      { cause },
    )
  return new MarketError(
    'option-invalid',
    `The data directory ${directory} can not be used: ${cause.message}.`,
    { directory },
    { cause },
  )
}
