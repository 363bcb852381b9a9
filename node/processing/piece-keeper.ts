import { readFile } from 'node:fs/promises'
import type { Piece, PieceStore } from '#market/adapters/sqlite/piece-store.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { JobId } from '#protocol/ids.ts'
import type { SegmentRecord } from '#protocol/manifest.ts'
import type { FinishedWork } from '../encoding/cell-runner.ts'

export type PieceKeeper = {
  isFinished(part: number | null, rendition: string): boolean
  /** Takes finished segments into the block store and notes them: from here on a crash does not lose them. */
  keep(work: FinishedWork): Promise<void>
}

/** The sound is one piece, kept as part 0 of the rendition `audio`. */
const soundPart = 0

/** Keeps a job's finished pieces, in bytes and in the database. Pieces whose bytes the disk has lost are made again. */
export async function openPieceKeeper(
  {
    content,
    pieces,
    state,
  }: { readonly content: ContentStore; readonly pieces: PieceStore; readonly state: NodeState },
  job: JobId,
): Promise<PieceKeeper> {
  const finished = new Set<string>()
  for (const piece of pieces.of(job)) {
    if (await isWhole(piece, content)) finished.add(`${piece.rendition} ${piece.part}`)
    else pieces.removePiece(job, piece)
  }

  const save = (piece: Piece): void => {
    state.atomically(() => {
      for (const { cid } of piece.segments) content.pin(cid, job)
      pieces.save(job, piece)
    })
    finished.add(`${piece.rendition} ${piece.part}`)
  }

  return {
    isFinished: (part, rendition) => finished.has(`${rendition} ${part ?? soundPart}`),
    keep: async ({ part, segments }) => {
      const byRendition = Map.groupBy(segments, ({ rendition }) => rendition)
      for (const [rendition, encoded] of byRendition) {
        const records = await Promise.all(encoded.map((segment) => addSegment(segment, content)))
        save({ rendition, part: part ?? soundPart, segments: records })
      }
    },
  }
}

async function addSegment(
  { path, units }: EncodedSegment,
  content: ContentStore,
): Promise<SegmentRecord> {
  const { cid, bytes } = await content.addBytes(await readFile(path))
  return { cid, bytes, units }
}

async function isWhole({ segments }: Piece, content: ContentStore): Promise<boolean> {
  try {
    for (const { cid } of segments) await content.sizes(cid)
    return true
  } catch {
    return false
  }
}
