import type { DeterminismClass, HardwareEncoder } from '#protocol/encoder.ts'
import type { FrameRate } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Recipe } from '#protocol/recipe.ts'
import type { OwnVideo } from '../domain/copied-rendition.ts'

/** What an offer needs to know of a file; every figure is measured, none is taken from a header alone. */
export type SourceProfile = {
  readonly bytes: number
  /** Square pixels, rotation applied: what a viewer sees. */
  readonly width: number
  readonly height: number
  readonly codec: string
  readonly videoStream: number
  readonly audioStream: number | null
  /** The exact constant rate of the output: the source's own, capped at 60. */
  readonly rate: FrameRate
  /** Frames of the output at that rate. */
  readonly frames: number
  readonly longestGopSeconds: number
  /** What the video itself takes, on average: no rendition needs much more. */
  readonly videoKbps: number
  /** The video itself, as it might serve for a rendition. */
  readonly own: OwnVideo
}

/** What the bytes of a job depend on: the source as a local file, and the offer's terms. */
export type EncodeRequest = {
  readonly source: string
  readonly terms: Pick<JobOffer, 'source' | 'grid' | 'recipe' | 'ladder' | 'copied'>
}

/** The smallest work that stands alone: one part, in one or more renditions that share its decoding. */
export type Cell = {
  readonly part: number
  readonly renditions: readonly Rendition[]
}

/** A finished segment file in the directory that was given; `units` are its frames, or samples of sound. */
export type EncodedSegment = {
  readonly rendition: string
  readonly index: number
  readonly path: string
  readonly units: number
  /** The initialization segment it needs, one for each rendition; absent for transport streams, which need none. */
  readonly init?: string
  /** The hardware that made it; absent for the recipe's own encoder. */
  readonly hardware?: HardwareEncoder
}

export type EncodeOptions = {
  /** An empty directory of the caller's; it removes it, with everything below. */
  readonly directory: string
  readonly signal: AbortSignal
  /** Frames, or samples, of the cell that are done. */
  readonly onProgress?: (units: number) => void
}

export type AnalyseOptions = {
  readonly signal: AbortSignal
  /** Told the bytes that have been read so far of a file that is read through once; containers' own bytes are not counted. */
  readonly onRead?: (bytes: number) => void
}

/** What a machine has shown of a recipe by encoding the standard clip. */
export type RecipeProof = {
  readonly class: DeterminismClass
  /** Output pixels a second of one worker. */
  readonly pixelsPerSecond: number
}

/** Turns files into segments by the deterministic recipe: equal requests give equal bytes in one determinism class. */
export interface EncodingEngine {
  /** Of the contract's recipe. */
  readonly class: DeterminismClass
  /** Cells worth encoding side by side on this machine. */
  readonly workers: number
  /** Output pixels a second of one worker by the contract's recipe, as measured on this machine. */
  readonly pixelsPerSecond: number
  /** What is known of a recipe on this machine; null for one that it has not been made to prove. */
  proofOf(recipe: Recipe): RecipeProof | null
  /** Finds out, some seconds' work the first time. Rejects with `unsupported-here` where this machine cannot. */
  prove(recipe: Recipe, options: { readonly signal: AbortSignal }): Promise<RecipeProof>
  /** Whether this machine can decode a codec, by FFmpeg's name of it. */
  decodes(codec: string): boolean
  /**
   * Measures a file. Rejects with a MarketError `input-…` for anything that cannot be encoded to its end,
   * and with `unsupported-here` for what only this machine cannot.
   */
  analyse(path: string, options: AnalyseOptions): Promise<SourceProfile>
  /** Encodes one cell. Rejects with `ffmpeg-failed`, or with the signal's reason; no process outlives the promise. */
  encodeCell(
    request: EncodeRequest,
    cell: Cell,
    options: EncodeOptions,
  ): Promise<readonly EncodedSegment[]>
  /** Encodes the sound of the whole source as the rendition `audio`; not to be called for a silent source. */
  encodeAudio(request: EncodeRequest, options: EncodeOptions): Promise<readonly EncodedSegment[]>
  /**
   * Cuts the source's own video into the segments of the rendition that the terms name as copied.
   * Rejects with `input-not-copyable` where that gives anything but whole, closed segments in their places.
   */
  copyVideo(request: EncodeRequest, options: EncodeOptions): Promise<readonly EncodedSegment[]>
  /** The sizes of the segments that {@link copyVideo} would make; null where it would not make them. Keeps nothing. */
  tryCopy(
    request: EncodeRequest,
    options: { readonly signal: AbortSignal },
  ): Promise<readonly { readonly bytes: number; readonly units: number }[] | null>
}
