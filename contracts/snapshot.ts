import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, canonicalHash, canonicalJson } from '#protocol/canonical.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { fromTagged, toTagged } from '#protocol/tagged-json.ts'
import type { BlockContext } from './block-context.ts'
import type { Checkpoint } from './checkpoints.ts'
import type { Ledger } from './ledger.ts'
import { Table } from './table.ts'

/**
 * Shape of the encoded state, and what operations may say: which recipes there are decides which offers are in it. A snapshot of
 * another version is not read: the state is folded again instead.
 */
export const snapshotVersion = 5

/** A ledger as canonical JSON: equal ledgers give equal texts, whatever order things happened in. */
export function encodeLedger(ledger: Ledger): string {
  return canonicalJson(toTagged({ ...ledger, ...eachTable(ledger, (table) => new Map(table)) }))
}

/**
 * The inverse of {@link encodeLedger}. Only for texts whose hash was checked: the shape is not validated,
 * because equal bytes were written by this same code.
 */
export function decodeLedger(text: string): Ledger {
  const ledger = fromTagged(JSON.parse(text)) as Ledger
  const { nodes, jobs, escrows, standings, claims, ratifying } = ledger
  return {
    ...ledger,
    nodes: Table.from(nodes),
    jobs: Table.from(jobs),
    escrows: Table.from(escrows),
    standings: Table.from(standings),
    claims: Table.from(claims),
    ratifying: Table.from(ratifying),
  }
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

type Tables = Pick<Ledger, 'nodes' | 'jobs' | 'escrows' | 'standings' | 'claims' | 'ratifying'>

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
