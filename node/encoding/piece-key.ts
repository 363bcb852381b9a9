import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import { canonicalHash } from '#protocol/canonical.ts'
import type { DeterminismClass } from '#protocol/encoder.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { audioPreset } from '#protocol/ladder.ts'
import { sha256 } from '../sha256.ts'
import { audioRendition } from './audio-arguments.ts'

/** Names the piece of one part (null for the sound) and one rendition. */
export type PieceKeyOf = (part: number | null, rendition: string) => Sha256Hex

/**
 * Names pieces by everything their bytes depend on, and by nothing else: equal keys mean equal bytes, whoever asks, in
 * whichever job. A change of what a recipe does is another recipe, so no key outlives its meaning.
 */
export function createPieceKeys(
  { source, grid, recipe, ladder }: EncodeRequest['terms'],
  { cid }: DeterminismClass,
): PieceKeyOf {
  const common = { source: source.cid, grid, recipe, class: cid, videoStream: source.videoStream }
  return (part, name) => {
    if (name === audioRendition) {
      const { audioStream = null } = source
      return hashOf({ ...common, audioStream, sound: audioPreset })
    }
    const rendition = ladder.find((entry) => entry.name === name)
    if (!rendition || part === null) throw new RangeError(`no piece of ${name} in this job`)
    return hashOf({ ...common, part, rendition })
  }
}

function hashOf(value: unknown): Sha256Hex {
  return Sha256Hex.parse(canonicalHash(value, sha256))
}
