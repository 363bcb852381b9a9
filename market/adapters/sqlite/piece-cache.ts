import { asc, eq, sum } from 'drizzle-orm'
import { Sha256Hex } from '#protocol/ids.ts'
import type { InitRecord, SegmentRecord } from '#protocol/manifest.ts'
import type { Clock } from '../../ports/clock.ts'
import type { NodeDatabase } from './database.ts'
import { cachedPieces } from './schema.ts'

/** A finished piece and where its segments lie: the folder of a tree, or nothing for the node's own blocks. */
export type CachedPiece = {
  readonly segments: readonly SegmentRecord[]
  readonly place: string
  /** The initialization segment of its rendition; absent for transport streams. */
  readonly init?: InitRecord
}

/** What was ever encoded here, by everything its bytes depend on. It says where to look; who finds it checks the bytes. */
export type PieceCache = {
  /** Also notes that it was of use. */
  find(key: Sha256Hex): CachedPiece | null
  save(key: Sha256Hex, piece: CachedPiece): void
  remove(key: Sha256Hex): void
  /** Forgets the longest unused until the rest has at most so many bytes; returns what it forgot. */
  evict(limitBytes: number): readonly Sha256Hex[]
}

export function createPieceCache(database: NodeDatabase, { now }: Pick<Clock, 'now'>): PieceCache {
  const remove = (key: Sha256Hex): void => {
    database.delete(cachedPieces).where(eq(cachedPieces.key, key)).run()
  }
  return {
    find: (key) => {
      const found = database
        .update(cachedPieces)
        .set({ usedAt: now() })
        .where(eq(cachedPieces.key, key))
        .returning()
        .get()
      if (!found) return null
      const { segments, place, init } = found
      return { segments, place, ...(init === null ? {} : { init }) }
    },
    save: (key, { segments, place, init = null }) => {
      const bytes = segments.reduce((total, segment) => total + segment.bytes, 0)
      const row = { segments, place, init, bytes, usedAt: now() }
      database
        .insert(cachedPieces)
        .values({ key, ...row })
        .onConflictDoUpdate({ target: cachedPieces.key, set: row })
        .run()
    },
    remove,
    evict: (limitBytes) => {
      const evicted: Sha256Hex[] = []
      let excess = totalBytes(database) - limitBytes
      if (excess <= 0) return evicted
      const oldest = database.select().from(cachedPieces).orderBy(asc(cachedPieces.usedAt)).all()
      for (const { key, bytes } of oldest) {
        if (excess <= 0) break
        evicted.push(Sha256Hex.parse(key))
        excess -= bytes
      }
      evicted.forEach(remove)
      return evicted
    },
  }
}

function totalBytes(database: NodeDatabase): number {
  const row = database
    .select({ total: sum(cachedPieces.bytes) })
    .from(cachedPieces)
    .get()
  return Number(row?.total ?? 0)
}
