import { and, asc, desc, eq, gte, lt, lte } from 'drizzle-orm'
import type { Ledger } from '#contracts/ledger.ts'
import {
  createLedgerDecoder,
  encodeLedger,
  hashPart,
  snapshotVersion,
} from '#contracts/snapshot.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import { BlockHeight, BlockId } from '#protocol/ids.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import { MarketError } from '../../errors.ts'
import type {
  ProjectedRange,
  ProjectionSource,
  ProjectionStore,
} from '../../ports/projection-store.ts'
import { insertAll } from './bulk-write.ts'
import { notifyChain } from './chain-events.ts'
import type { PostgresDatabase } from './database.ts'
import { chainBlocks, chainCursor, chainSnapshots } from './schema/chain.ts'
import { clearProjection, writeProjection } from './write-projection.ts'

type Queries = Pick<PostgresDatabase, 'select' | 'insert' | 'update' | 'delete' | 'execute'>
type Cursor = typeof chainCursor.$inferSelect

/** The only row there is. */
const only = 1

/** Blocks in a row: what is read again is read in such pieces. */
const blocksInRow = 100

/** Rows that are read at a time when a ledger is folded again. */
const rowsAtOnce = 100

/**
 * The tables that follow from the chain, with the ledger that they are of: snapshot, blocks and cursor lie beside them and are
 * written with them, so that any process that reaches the database can go on where the last one was.
 */
export function createProjectionStore(
  database: PostgresDatabase,
  sha256: Sha256,
  source: ProjectionSource,
): ProjectionStore {
  return {
    head: async () => {
      const { height, block } = await readCursor(database, source)
      if (height === null || block === null) return null
      return { height: BlockHeight.parse(height), block: BlockId.parse(block) }
    },
    snapshot: () => loadSnapshot(database, sha256),
    blocksFrom: (height) => readBlocks(database, height),
    apply: (range) =>
      database.transaction(async (step) => {
        const cursor = await holdCursor(step, source)
        if (!isAt(cursor, range)) return 'overtaken'
        const events = await writeProjection(step, range.projected.projection, cursor.events)
        await keepLedger(step, range, sha256)
        await moveCursor(step, range, events)
        await notifyChain(step, events)
        return 'applied'
      }),
    clear: () =>
      database.transaction(async (step) => {
        // Whoever is applying a range is waited for, and then finds that the tables are elsewhere.
        const { events } = await holdCursor(step, source)
        await clearProjection(step)
        await step.delete(chainBlocks)
        await step.delete(chainSnapshots)
        await step.update(chainCursor).set({ height: null, block: null, time: null, events: 0 })
        await notifyChain(step, events)
      }),
  }
}

async function readCursor(
  database: Pick<PostgresDatabase, 'select' | 'insert'>,
  source: ProjectionSource,
): Promise<Cursor> {
  await database
    .insert(chainCursor)
    .values({ id: only, ...source, events: 0 })
    .onConflictDoNothing()
  const [cursor] = await database.select().from(chainCursor).where(eq(chainCursor.id, only))
  return ours(cursor, source)
}

/** The cursor, held until the transaction ends: ranges are applied one after another, whoever does it. */
async function holdCursor(step: Queries, source: ProjectionSource): Promise<Cursor> {
  const held = () => step.select().from(chainCursor).where(eq(chainCursor.id, only)).for('update')
  const [cursor] = await held()
  if (cursor) return ours(cursor, source)
  await readCursor(step, source)
  return ours((await held())[0], source)
}

function ours(cursor: Cursor | undefined, source: ProjectionSource): Cursor {
  if (!cursor) throw new Error('the cursor is gone')
  const { chainId, operationId, genesisHeight } = source
  const isOurs =
    cursor.chainId === chainId &&
    cursor.operationId === operationId &&
    cursor.genesisHeight === genesisHeight
  if (isOurs) return cursor
  throw new MarketError(
    'data-foreign',
    `The database has the market ${cursor.operationId} of the chain ${cursor.chainId.slice(0, 16)}… from block ${cursor.genesisHeight} on; name another one, or the same chain.`,
  )
}

/** True where the tables have everything before the range, of the same chain, and nothing of it. */
function isAt({ height, block }: Cursor, { before: { head } }: ProjectedRange): boolean {
  return height === (head?.height ?? null) && block === (head?.id ?? null)
}

async function moveCursor(
  step: Queries,
  { projected }: ProjectedRange,
  events: number,
): Promise<void> {
  const { head } = projected.ledger
  if (!head) throw new Error('a range without a block')
  const { height, id: block, time } = head
  await step
    .update(chainCursor)
    .set({ height, block, time, events })
    .where(eq(chainCursor.id, only))
}

/** Keeps the blocks; with a snapshot, forgets those before the one that it follows, which stays in case this one is damaged. */
async function keepLedger(
  step: Queries,
  { blocks, projected: { ledger }, isSnapshotDue }: ProjectedRange,
  sha256: Sha256,
): Promise<void> {
  await insertAll(step, chainBlocks, blockRows(blocks))
  if (!isSnapshotDue || !ledger.head) return
  const [previous] = await step
    .select({ height: chainSnapshots.height })
    .from(chainSnapshots)
    .orderBy(desc(chainSnapshots.height))
    .limit(1)
  const { height } = ledger.head
  let [part, hash] = [0, '']
  for (const state of encodeLedger(ledger)) {
    hash = hashPart(hash, state, sha256)
    const row = { height, part, parts: 0, version: snapshotVersion, hash, state }
    await step.insert(chainSnapshots).values(row)
    part += 1
  }
  await step.update(chainSnapshots).set({ parts: part }).where(eq(chainSnapshots.height, height))
  if (!previous) return
  await step.delete(chainSnapshots).where(lt(chainSnapshots.height, previous.height))
  await step.delete(chainBlocks).where(lte(chainBlocks.last, previous.height))
}

function blockRows(blocks: readonly LedgerBlock[]): (typeof chainBlocks.$inferInsert)[] {
  const starts = Array.from(
    { length: Math.ceil(blocks.length / blocksInRow) },
    (_, row) => row * blocksInRow,
  )
  return starts.flatMap((start) => {
    const ofRow = blocks.slice(start, start + blocksInRow)
    const [first, last] = [ofRow[0], ofRow.at(-1)]
    return first && last ? [{ first: first.height, last: last.height, blocks: ofRow }] : []
  })
}

/** The newest snapshot that is whole; what is damaged or of another version is passed over. */
async function loadSnapshot(database: PostgresDatabase, sha256: Sha256): Promise<Ledger | null> {
  const rows = await database
    .selectDistinct({ height: chainSnapshots.height })
    .from(chainSnapshots)
    .orderBy(desc(chainSnapshots.height))
  for (const { height } of rows) {
    const ledger = await readSnapshot(database, height, sha256)
    if (ledger) return ledger
  }
  return null
}

/** Each text is hashed before anything reads it. Null where one is damaged, missing or of another version. */
async function readSnapshot(
  database: PostgresDatabase,
  height: number,
  sha256: Sha256,
): Promise<Ledger | null> {
  const decoder = createLedgerDecoder()
  let hash = ''
  let parts = 1
  for (let part = 0; part < parts; part += 1) {
    const [row] = await database
      .select()
      .from(chainSnapshots)
      .where(and(eq(chainSnapshots.height, height), eq(chainSnapshots.part, part)))
    if (row?.version !== snapshotVersion) return null
    hash = hashPart(hash, row.state, sha256)
    if (row.hash !== hash) return null
    decoder.add(row.state)
    parts = row.parts
  }
  return decoder.ledger()
}

async function* readBlocks(
  database: PostgresDatabase,
  height: BlockHeight,
): AsyncGenerator<readonly LedgerBlock[]> {
  let from: number = height
  for (;;) {
    const rows = await database
      .select()
      .from(chainBlocks)
      .where(gte(chainBlocks.last, from))
      .orderBy(asc(chainBlocks.last))
      .limit(rowsAtOnce)
    for (const { blocks } of rows) yield blocks.filter((block) => block.height >= height)
    const last = rows.at(-1)?.last
    if (last === undefined) return
    from = last + 1
  }
}
