import { and, asc, desc, eq, gte, lt, lte, sql } from 'drizzle-orm'
import type { Ledger } from '#contracts/ledger.ts'
import {
  createLedgerDecoder,
  encodeLedger,
  hashPart,
  snapshotVersion,
} from '#contracts/snapshot.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import type { BlockHeight } from '#protocol/ids.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import type { NodeDatabase } from './database.ts'
import { ledgerBlocks, ledgerHistory, ledgerSnapshots } from './schema.ts'

/** Enough of the chain to have the ledger again after a restart without asking anyone. */
export type LedgerStore = {
  /** The newest snapshot that is whole, or null. */
  snapshot(): Ledger | null
  /** Kept blocks from a height on, in order. Iterating throws at one that cannot be read. */
  blocksFrom(height: BlockHeight): Iterable<LedgerBlock>
  /** Forgets blocks and snapshots from a height on, and what those blocks told. */
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
      database.delete(ledgerHistory).where(gte(ledgerHistory.height, height)).run()
    },
    append: (blocks) => {
      for (const block of blocks) insertBlock.run({ height: block.height, block })
    },
    saveSnapshot: (ledger) => {
      if (!ledger.head) return
      const { height } = ledger.head
      const [previous] = database
        .select({ height: ledgerSnapshots.height })
        .from(ledgerSnapshots)
        .where(lt(ledgerSnapshots.height, height))
        .orderBy(desc(ledgerSnapshots.height))
        .limit(1)
        .all()
      database.delete(ledgerSnapshots).where(eq(ledgerSnapshots.height, height)).run()
      let [part, hash] = [0, '']
      for (const state of encodeLedger(ledger)) {
        hash = hashPart(hash, state, sha256)
        const row = { height, part, parts: 0, version: snapshotVersion, hash, state }
        database.insert(ledgerSnapshots).values(row).run()
        part += 1
      }
      database
        .update(ledgerSnapshots)
        .set({ parts: part })
        .where(eq(ledgerSnapshots.height, height))
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

/** The newest snapshot of this program's version that is whole; those before it on the way are forgotten. */
function loadSnapshot(database: NodeDatabase, sha256: Sha256): Ledger | null {
  const rows = database
    .selectDistinct({ height: ledgerSnapshots.height })
    .from(ledgerSnapshots)
    .orderBy(desc(ledgerSnapshots.height))
    .all()
  for (const { height } of rows) {
    const ledger = readSnapshot(database, height, sha256)
    if (ledger) return ledger
    database.delete(ledgerSnapshots).where(eq(ledgerSnapshots.height, height)).run()
  }
  return null
}

/** Each text is hashed before anything reads it. Null where one is damaged, missing or of another version. */
function readSnapshot(database: NodeDatabase, height: number, sha256: Sha256): Ledger | null {
  const decoder = createLedgerDecoder()
  let hash = ''
  let parts = 1
  for (let part = 0; part < parts; part += 1) {
    const row = database
      .select()
      .from(ledgerSnapshots)
      .where(and(eq(ledgerSnapshots.height, height), eq(ledgerSnapshots.part, part)))
      .get()
    if (row?.version !== snapshotVersion) return null
    hash = hashPart(hash, row.state, sha256)
    if (row.hash !== hash) return null
    decoder.add(row.state)
    parts = row.parts
  }
  return decoder.ledger()
}
