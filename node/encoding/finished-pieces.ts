import type { HardwareEncoder } from '#protocol/encoder.ts'
import type { SegmentRecord } from '#protocol/manifest.ts'
import type { EncodedTracks } from './manifest.ts'
import type { PieceName } from './piece-key.ts'

/** Some hardware, or null for the recipe's own encoder. */
export type Maker = HardwareEncoder | null

/** A piece and what made it. */
export type MadePiece = { readonly segments: readonly SegmentRecord[]; readonly maker: Maker }

/** What of a tree is finished, in memory: each track up to its first gap. */
export type FinishedPieces = Required<Omit<EncodedTracks, 'codecsOf'>> & {
  has(part: number | null, rendition: string): boolean
  add(name: PieceName, piece: MadePiece): void
}

export function createFinishedPieces(): FinishedPieces {
  const tracks = new Map<string, Map<number, MadePiece>>()
  const trackOf = (rendition: string) => tracks.get(rendition) ?? new Map<number, MadePiece>()
  const joinedOf = (rendition: string): readonly MadePiece[] => {
    const track = trackOf(rendition)
    const pieces: MadePiece[] = []
    for (let piece = track.get(0); piece; piece = track.get(pieces.length)) pieces.push(piece)
    return pieces
  }
  return {
    has: (part, rendition) => trackOf(rendition).has(part ?? 0),
    add: ({ part, rendition }, piece) => {
      tracks.set(rendition, trackOf(rendition).set(part ?? 0, piece))
    },
    segmentsOf: (rendition) => joinedOf(rendition).flatMap(({ segments }) => segments),
    hardwareOf: (rendition) =>
      joinedOf(rendition).flatMap(({ segments, maker }) => segments.map(() => maker)),
  }
}
