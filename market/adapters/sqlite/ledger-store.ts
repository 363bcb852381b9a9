import { asc, desc, gt, lt, lte } from 'drizzle-orm'
import type { Ledger } from '#contracts/ledger.ts'
import { decodeLedger, encodeLedger, hashLedger, snapshotVersion } from '#contracts/snapshot.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import type { NodeDatabase } from './database.ts'
import { ledgerBlocks, ledgerSnapshots } from './schema.ts'

/** Enough of the chain to have the ledger again after a restart without asking anyone. */
export type LedgerStore = {
  /** The last good snapshot, or null, and every block kept after it. */
  load(): { readonly snapshot: Ledger | null; readonly blocks: readonly LedgerBlock[] }
  append(blocks: readonly LedgerBlock[]): void
  /** Keeps the ledger's state and forgets the blocks that led to it. The snapshot before stays, in case this one is damaged. */
  saveSnapshot(ledger: Ledger): void
}

export function createLedgerStore(database: NodeDatabase, sha256: Sha256): LedgerStore {
  return {
    load: () => {
      const snapshot = loadSnapshot(database, sha256)
      const blocks = database
        .select()
        .from(ledgerBlocks)
        .where(gt(ledgerBlocks.height, snapshot?.head?.height ?? -1))
        .orderBy(asc(ledgerBlocks.height))
        .all()
      return { snapshot, blocks: blocks.map(({ block }) => block) }
    },
    append: (blocks) => {
      for (const block of blocks) {
        database.insert(ledgerBlocks).values({ height: block.height, block }).run()
      }
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
      const row = {
        height,
        version: snapshotVersion,
        hash: hashLedger(ledger, sha256),
        state: encodeLedger(ledger),
      }
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

/** The newest snapshot of this program's version whose hash is right. */
function loadSnapshot(database: NodeDatabase, sha256: Sha256): Ledger | null {
  const rows = database.select().from(ledgerSnapshots).orderBy(desc(ledgerSnapshots.height)).all()
  for (const row of rows) {
    if (row.version !== snapshotVersion) continue
    const ledger = decodeLedger(row.state)
    if (hashLedger(ledger, sha256) === row.hash) return ledger
  }
  return null
}
