import type { HardwareEncoder } from '#protocol/encoder.ts'
import type { InitRecord, SegmentRecord } from '#protocol/manifest.ts'
import { audioRendition } from './audio-arguments.ts'
import type { EncodedTracks } from './manifest.ts'
import type { PieceName } from './piece-key.ts'
import { requireOneInit } from './rendition-init.ts'

/** Some hardware, or null for the recipe's own encoder. */
export type Maker = HardwareEncoder | null

/** A piece and what made it. */
export type MadePiece = {
  readonly segments: readonly SegmentRecord[]
  readonly maker: Maker
  /** The initialization segment of its rendition; absent for transport streams. */
  readonly init?: InitRecord
}

/** What of a tree is finished, in memory: each track up to its first gap. */
export type FinishedPieces = Required<Omit<EncodedTracks, 'codecsOf'>> & {
  has(part: number | null, rendition: string): boolean
  /** Throws `ffmpeg-failed` for a piece that needs another initialization segment than those before it. */
  add(name: PieceName, piece: MadePiece): void
}

/** `firstPart` is where the encoded renditions begin: 0, but for a range of a video. */
export function createFinishedPieces(firstPart = 0): FinishedPieces {
  const tracks = new Map<string, Map<number, MadePiece>>()
  const inits = new Map<string, InitRecord>()
  const trackOf = (rendition: string) => tracks.get(rendition) ?? new Map<number, MadePiece>()
  const joinedOf = (rendition: string): readonly MadePiece[] => {
    const track = trackOf(rendition)
    const first = rendition === audioRendition ? 0 : firstPart
    const pieces: MadePiece[] = []
    for (let piece = track.get(first); piece; piece = track.get(first + pieces.length))
      pieces.push(piece)
    return pieces
  }
  return {
    has: (part, rendition) => trackOf(rendition).has(part ?? 0),
    add: ({ part, rendition }, piece) => {
      if (piece.init)
        inits.set(rendition, requireOneInit(rendition, inits.get(rendition), piece.init))
      tracks.set(rendition, trackOf(rendition).set(part ?? 0, piece))
    },
    segmentsOf: (rendition) => joinedOf(rendition).flatMap(({ segments }) => segments),
    initOf: (rendition) => inits.get(rendition) ?? null,
    hardwareOf: (rendition) =>
      joinedOf(rendition).flatMap(({ segments, maker }) => segments.map(() => maker)),
  }
}
