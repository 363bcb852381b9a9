import { and, eq } from 'drizzle-orm'
import type { HardwareEncoder } from '#protocol/encoder.ts'
import type { JobId } from '#protocol/ids.ts'
import type { InitRecord, SegmentRecord } from '#protocol/manifest.ts'
import type { NodeDatabase } from './database.ts'
import { encodedPieces } from './schema.ts'

/** One part of one rendition, finished and in the block store. */
export type Piece = {
  readonly rendition: string
  readonly part: number
  readonly segments: readonly SegmentRecord[]
  /** The hardware that made it; absent for the recipe's own encoder, whose bytes any machine of the class can make. */
  readonly hardware?: HardwareEncoder
  /** The initialization segment of its rendition; absent for transport streams. */
  readonly init?: InitRecord
}

/** What of a job is finished, so that a crash costs no more than the part it happened in. */
export type PieceStore = {
  save(job: JobId, piece: Piece): void
  of(job: JobId): readonly Piece[]
  removePiece(job: JobId, piece: Pick<Piece, 'rendition' | 'part'>): void
  remove(job: JobId): void
}

export function createPieceStore(database: NodeDatabase): PieceStore {
  return {
    save: (job, piece) => {
      database
        .insert(encodedPieces)
        .values({ job, ...piece })
        .onConflictDoNothing()
        .run()
    },
    of: (job) =>
      database
        .select()
        .from(encodedPieces)
        .where(eq(encodedPieces.job, job))
        .orderBy(encodedPieces.rendition, encodedPieces.part)
        .all()
        .map(({ rendition, part, segments, hardware, init }) => ({
          ...{ rendition, part, segments },
          ...(hardware === null ? {} : { hardware }),
          ...(init === null ? {} : { init }),
        })),
    removePiece: (job, { rendition, part }) => {
      const { job: ofJob, rendition: ofRendition, part: ofPart } = encodedPieces
      database
        .delete(encodedPieces)
        .where(and(eq(ofJob, job), eq(ofRendition, rendition), eq(ofPart, part)))
        .run()
    },
    remove: (job) => {
      database.delete(encodedPieces).where(eq(encodedPieces.job, job)).run()
    },
  }
}
