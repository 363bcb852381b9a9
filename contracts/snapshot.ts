import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, canonicalHash, utf8 } from '#protocol/canonical.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { fromTagged, taggedJson, toTagged } from '#protocol/tagged-json.ts'
import type { BlockContext } from './block-context.ts'
import type { Checkpoint } from './checkpoints.ts'
import type { Ledger } from './ledger.ts'
import { Table } from './table.ts'

/**
 * Shape of the encoded state, and what operations may say: which recipes there are decides which offers are in it. A snapshot of
 * another version is not read: the state is folded again instead.
 */
export const snapshotVersion = 7

/** Entries of a table that stand in one part: a few megabytes, whatever the market has grown to. */
const entriesPerPart = 1_000

/** What one part of an encoded ledger holds: a run of a table's entries, or all that is in no table. */
type Part =
  | { readonly table: keyof Tables; readonly entries: readonly (readonly [string, unknown])[] }
  | { readonly rest: Omit<Ledger, keyof Tables> }

/**
 * A ledger as canonical JSON, a part at a time: a market of some years is more than one text can hold. Equal ledgers give equal
 * texts, whatever order things happened in.
 */
export function* encodeLedger(ledger: Ledger): Generator<string, undefined> {
  const { nodes, jobs, escrows, standings, claims, ratifying, ...rest } = ledger
  yield encodePart({ rest })
  const tables = { nodes, jobs, escrows, standings, claims, ratifying }
  for (const table of tableNames) {
    let entries: [string, unknown][] = []
    for (const entry of Table.from<string, unknown>(tables[table])) {
      entries.push(entry)
      if (entries.length < entriesPerPart) continue
      yield encodePart({ table, entries })
      entries = []
    }
    if (entries.length > 0) yield encodePart({ table, entries })
  }
}

function encodePart(part: Part): string {
  return taggedJson(part)
}

/** Reads the parts of {@link encodeLedger}, in order. */
export type LedgerDecoder = {
  /** Only for texts whose hash was checked: the shape is not validated, because equal bytes were written by this same code. */
  add(part: string): void
  /** What was read, once all parts were; null where the first one was never there. */
  ledger(): Ledger | null
}

export function createLedgerDecoder(): LedgerDecoder {
  let rest: Omit<Ledger, keyof Tables> | null = null
  const none = (): Table<never, never> => Table.from(new Map<never, never>())
  const tables: { -readonly [Name in keyof Tables]: Table<never, never> } = {
    nodes: none(),
    jobs: none(),
    escrows: none(),
    standings: none(),
    claims: none(),
    ratifying: none(),
  }
  return {
    add: (text) => {
      const part = fromTagged(JSON.parse(text)) as Part
      if ('rest' in part) rest = part.rest
      else
        for (const [key, value] of part.entries as readonly (readonly [never, never])[])
          tables[part.table] = tables[part.table].with(key, value)
    },
    ledger: () => (rest === null ? null : { ...rest, ...tables }),
  }
}

/** The hash of a part in hex, with every part before it in it, so that none can be lost or be another snapshot's. */
export function hashPart(previous: string, part: string, sha256: Sha256): string {
  return bytesToHex(sha256(utf8(`${previous}${part}`)))
}

/**
 * The hash of a ledger's state, in hex: that of the hashes of its tables and of the rest. It depends on the state alone, and
 * costs what was changed since the last one. `test/vectors/README.md` says it for other implementations.
 */
export function hashLedger(ledger: Ledger, sha256: Sha256): Sha256Hex {
  const { ratifying: _follows, ...state } = {
    ...ledger,
    ...eachTable(ledger, (table) => bytesToHex(Table.from(table).hash(sha256))),
  }
  return Sha256Hex.parse(canonicalHash(toTagged(state), sha256))
}

/** The next checkpoint: binds the state, the block it follows from, and every checkpoint before. */
export function chainCheckpoint(ledger: Ledger, block: BlockContext, sha256: Sha256): Checkpoint {
  const state = hashLedger(ledger, sha256)
  const link = { previous: ledger.checkpoint.hash, block: block.id, height: block.height, state }
  return {
    height: block.height,
    block: block.id,
    hash: Sha256Hex.parse(canonicalHash(link, sha256)),
  }
}

const tableNames = ['nodes', 'jobs', 'escrows', 'standings', 'claims', 'ratifying'] as const
type Tables = Pick<Ledger, (typeof tableNames)[number]>

function eachTable<Result>(
  { nodes, jobs, escrows, standings, claims, ratifying }: Tables,
  change: (table: ReadonlyMap<string, unknown>) => Result,
): { readonly [Name in keyof Tables]: Result } {
  return {
    nodes: change(nodes),
    jobs: change(jobs),
    escrows: change(escrows),
    standings: change(standings),
    claims: change(claims),
    ratifying: change(ratifying),
  }
}
