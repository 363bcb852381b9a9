import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { DeterminismClass, HardwareEncoder } from '#protocol/encoder.ts'
import { audioPreset } from '#protocol/ladder.ts'
import type { InitRecord, Manifest, SegmentRecord } from '#protocol/manifest.ts'
import { hardwareRuns } from '#protocol/manifest.ts'
import { audioRendition } from './audio-arguments.ts'

/** What was encoded: segments by rendition, in order, and what each video stream says of itself. */
export type EncodedTracks = {
  readonly segmentsOf: (rendition: string) => readonly SegmentRecord[]
  /** The initialization segment of a rendition or the sound; null, or no function, for transport streams. */
  readonly initOf?: (rendition: string) => InitRecord | null
  /** See {@link streamName}, of the rendition's first segment. */
  readonly codecsOf: (rendition: string) => string
  /** What hardware made each of the segments, null for none; absent where no hardware took part. */
  readonly hardwareOf?: (rendition: string) => readonly (HardwareEncoder | null)[]
}

/** The record that a tree is made from. Whoever encodes the same terms in the same class, by the recipe alone, writes the same one. */
export function buildManifest(
  { source, recipe, grid, ladder, copied }: EncodeRequest['terms'],
  determinismClass: DeterminismClass,
  { segmentsOf, initOf, codecsOf, hardwareOf }: EncodedTracks,
): Manifest {
  const begunBy = (rendition: string) => {
    const init = initOf?.(rendition) ?? null
    return init === null ? {} : { init }
  }
  const sound = {
    codecs: 'mp4a.40.2' as const,
    ...audioPreset,
    segments: [...segmentsOf(audioRendition)],
    ...begunBy(audioRendition),
  }
  const madeBy = (rendition: string) => {
    const hardware = hardwareRuns(hardwareOf?.(rendition) ?? [])
    return hardware.length === 0 ? {} : { hardware }
  }
  return {
    v: 1,
    source: source.cid,
    recipe,
    grid,
    ...(copied === undefined ? {} : { copied }),
    class: determinismClass,
    renditions: ladder.map((rendition) => ({
      ...rendition,
      codecs: codecsOf(rendition.name),
      segments: [...segmentsOf(rendition.name)],
      ...begunBy(rendition.name),
      ...madeBy(rendition.name),
    })),
    audio: source.audioStream === undefined ? null : sound,
  }
}
