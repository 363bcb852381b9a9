import { readFile } from 'node:fs/promises'
import type { PieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import type { Piece, PieceStore } from '#market/adapters/sqlite/piece-store.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodedSegment, EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { JobId, Sha256Hex } from '#protocol/ids.ts'
import type { InitRecord, SegmentRecord } from '#protocol/manifest.ts'
import { rangeOf } from '#protocol/range.ts'
import { audioRendition } from '../encoding/audio-arguments.ts'
import type { FinishedWork } from '../encoding/cell-runner.ts'
import type { FinishedPieces } from '../encoding/finished-pieces.ts'
import { createFinishedPieces } from '../encoding/finished-pieces.ts'
import type { PieceKeyOf } from '../encoding/piece-key.ts'
import { piecesOf } from '../encoding/piece-key.ts'

export type PieceKeeper = Pick<FinishedPieces, 'segmentsOf' | 'initOf' | 'hardwareOf'> & {
  isFinished(part: number | null, rendition: string): boolean
  /** Takes finished segments into the block store and notes them: from here on a crash does not lose them. */
  keep(work: FinishedWork): Promise<void>
}

export type PieceKeeperDeps = {
  readonly content: ContentStore
  readonly pieces: PieceStore
  readonly cache: PieceCache
  readonly state: NodeState
}

/** A job's pieces, and their names across jobs. */
export type KeptWork = {
  readonly job: JobId
  readonly terms: EncodeRequest['terms']
  readonly keyOf: PieceKeyOf
}

/** What is not cut into parts, the sound and a copied rendition, is kept as a part 0. */
const wholePart = 0

/** Bytes of pieces that are kept for whoever may ask for the same again, besides those of jobs. */
const cacheLimitBytes = 20 * 2 ** 30

/** Blocks in the node's own store, not files in a folder. */
const ownBlocks = ''

/**
 * Keeps a job's finished pieces, in bytes and in the database. Pieces whose bytes the disk has lost are made again; those
 * that another job has left are taken as they are.
 */
export async function openPieceKeeper(
  deps: PieceKeeperDeps,
  { job, terms, keyOf }: KeptWork,
): Promise<PieceKeeper> {
  const { content, pieces, cache, state } = deps
  const finished = createFinishedPieces(rangeOf(terms.grid).first)
  const note = (piece: Piece): void => {
    const { segments, hardware: maker = null, init } = piece
    finished.add(piece, { segments, maker, ...(init ? { init } : {}) })
  }
  for (const piece of pieces.of(job)) {
    if (await isWhole(piece, content)) note(piece)
    else pieces.removePiece(job, piece)
  }

  const save = (piece: Piece): void => {
    const key = keyOf(partOf(piece, terms), piece.rendition)
    const { segments, hardware, init } = piece
    const begun = init === undefined ? {} : { init }
    const cids = filesOf(piece).map(({ cid }) => cid)
    state.atomically(() => {
      for (const cid of cids) content.pin(cid, job)
      pieces.save(job, piece)
      // A key promises the recipe's own bytes, which hardware's are not.
      if (hardware !== undefined) return
      for (const cid of cids) content.pin(cid, cacheOwner(key))
      cache.save(key, { segments, place: ownBlocks, ...begun })
      for (const evicted of cache.evict(cacheLimitBytes)) content.unpin(cacheOwner(evicted))
    })
    note(piece)
  }

  for (const { rendition, part } of piecesOf(terms)) {
    if (finished.has(part, rendition)) continue
    const cached = cache.find(keyOf(part, rendition))
    if (cached?.place === ownBlocks && (await isWhole(cached, content)))
      save({
        ...{ rendition, part: part ?? wholePart, segments: cached.segments },
        ...(cached.init ? { init: cached.init } : {}),
      })
  }

  return {
    isFinished: finished.has,
    segmentsOf: finished.segmentsOf,
    initOf: finished.initOf,
    hardwareOf: finished.hardwareOf,
    keep: async ({ part, segments }) => {
      const byRendition = Map.groupBy(segments, ({ rendition }) => rendition)
      for (const [rendition, encoded] of byRendition) {
        const records = await Promise.all(encoded.map((segment) => addSegment(segment, content)))
        const [{ hardware, init } = {}] = encoded
        save({
          ...{ rendition, part: part ?? wholePart, segments: records },
          ...(hardware === undefined ? {} : { hardware }),
          ...(init === undefined ? {} : { init: await addFile(init, content) }),
        })
      }
    },
  }
}

/** The part as keys count it: null for what is not cut into parts. */
function partOf(
  { rendition, part }: Pick<Piece, 'rendition' | 'part'>,
  { copied }: Pick<EncodeRequest['terms'], 'copied'>,
): number | null {
  return rendition === audioRendition || rendition === copied ? null : part
}

function cacheOwner(key: Sha256Hex): string {
  return `cache:${key}`
}

async function addSegment(
  { path, units }: EncodedSegment,
  content: ContentStore,
): Promise<SegmentRecord> {
  return { ...(await addFile(path, content)), units }
}

async function addFile(path: string, content: ContentStore): Promise<InitRecord> {
  const { cid, bytes } = await content.addBytes(await readFile(path))
  return { cid, bytes }
}

/** What of a piece has to be kept. */
function filesOf({ segments, init }: Pick<Piece, 'segments' | 'init'>): readonly InitRecord[] {
  return init ? [init, ...segments] : segments
}

async function isWhole(
  piece: Pick<Piece, 'segments' | 'init'>,
  content: ContentStore,
): Promise<boolean> {
  for (const { cid } of filesOf(piece)) {
    if (!(await content.isWhole(cid))) return false
  }
  return true
}
