import { asc, desc, eq, gte, lt, lte, sql } from 'drizzle-orm'
import type { Ledger } from '#contracts/ledger.ts'
import { decodeLedger, encodeLedger, snapshotVersion } from '#contracts/snapshot.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { BlockHeight } from '#protocol/ids.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import type { NodeDatabase } from './database.ts'
import { ledgerBlocks, ledgerSnapshots } from './schema.ts'

/** Enough of the chain to have the ledger again after a restart without asking anyone. */
export type LedgerStore = {
  /** The newest snapshot that is whole, or null. */
  snapshot(): Ledger | null
  /** Kept blocks from a height on, in order. Iterating throws at one that cannot be read. */
  blocksFrom(height: BlockHeight): Iterable<LedgerBlock>
  /** Forgets blocks and snapshots from a height on. */
  forgetFrom(height: BlockHeight): void
  append(blocks: readonly LedgerBlock[]): void
  /** Keeps the ledger's state and forgets the blocks that led to it. The snapshot before stays, in case this one is damaged. */
  saveSnapshot(ledger: Ledger): void
}

export function createLedgerStore(database: NodeDatabase, sha256: Sha256): LedgerStore {
  // Prepared once: a catch-up appends thousands of blocks a second.
  const insertBlock = database
    .insert(ledgerBlocks)
    .values({ height: sql.placeholder('height'), block: sql.placeholder('block') })
    .prepare()
  return {
    snapshot: () => loadSnapshot(database, sha256),
    blocksFrom: (height) => readBlocks(database, height),
    forgetFrom: (height) => {
      database.delete(ledgerBlocks).where(gte(ledgerBlocks.height, height)).run()
      database.delete(ledgerSnapshots).where(gte(ledgerSnapshots.height, height)).run()
    },
    append: (blocks) => {
      for (const block of blocks) insertBlock.run({ height: block.height, block })
    },
    saveSnapshot: (ledger) => {
      if (!ledger.head) return
      const { height } = ledger.head
      const [previous] = database
        .select()
        .from(ledgerSnapshots)
        .orderBy(desc(ledgerSnapshots.height))
        .limit(1)
        .all()
      const state = encodeLedger(ledger)
      const hash = bytesToHex(sha256(utf8(state)))
      const row = { height, version: snapshotVersion, hash, state }
      database
        .insert(ledgerSnapshots)
        .values(row)
        .onConflictDoUpdate({ target: ledgerSnapshots.height, set: row })
        .run()
      if (!previous) return
      database.delete(ledgerSnapshots).where(lt(ledgerSnapshots.height, previous.height)).run()
      database.delete(ledgerBlocks).where(lte(ledgerBlocks.height, previous.height)).run()
    },
  }
}

/** One row at a time, so that a damaged one costs only itself and what follows. */
function* readBlocks(database: NodeDatabase, from: BlockHeight): Iterable<LedgerBlock> {
  const rows = database
    .select({ height: ledgerBlocks.height })
    .from(ledgerBlocks)
    .where(gte(ledgerBlocks.height, from))
    .orderBy(asc(ledgerBlocks.height))
    .all()
  for (const { height } of rows) {
    const row = database.select().from(ledgerBlocks).where(eq(ledgerBlocks.height, height)).get()
    if (row) yield row.block
  }
}

/**
 * The newest snapshot of this program's version whose hash is right; those before it on the way are forgotten.
 * The text is hashed before anything reads it.
 */
function loadSnapshot(database: NodeDatabase, sha256: Sha256): Ledger | null {
  const rows = database.select().from(ledgerSnapshots).orderBy(desc(ledgerSnapshots.height)).all()
  for (const { height, version, state, hash } of rows) {
    if (version === snapshotVersion && bytesToHex(sha256(utf8(state))) === hash)
      return decodeLedger(state)
    database.delete(ledgerSnapshots).where(eq(ledgerSnapshots.height, height)).run()
  }
  return null
}
