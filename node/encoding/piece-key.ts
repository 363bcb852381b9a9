import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import { canonicalHash } from '#protocol/canonical.ts'
import type { DeterminismClass, HardwareEncoder } from '#protocol/encoder.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { audioPreset } from '#protocol/ladder.ts'
import { partsAsked, wholeGrid } from '#protocol/range.ts'
import { sha256 } from '../sha256.ts'
import { audioRendition } from './audio-arguments.ts'
import { encodedRenditions } from './cell-plan.ts'

/** A part of a rendition; part is null for the sound and a copied rendition, which are not cut into parts. */
export type PieceName = { readonly part: number | null; readonly rendition: string }

/** Names a piece, and with it what made it: the recipe's own encoder, or some hardware. */
export type PieceKeyOf = (
  part: number | null,
  rendition: string,
  hardware?: HardwareEncoder,
) => Sha256Hex

/**
 * Names pieces by everything their bytes depend on, and by nothing else: equal keys mean equal bytes, whoever asks, in
 * whichever job. A change of what a recipe does is another recipe, so no key outlives its meaning. A key with hardware
 * in it promises less: a piece of these terms that such hardware made.
 */
export function createPieceKeys(
  { source, grid, recipe, ladder, copied }: EncodeRequest['terms'],
  { cid }: DeterminismClass,
): PieceKeyOf {
  // A piece is the same whatever range of the video it is asked for in.
  const place = { source: source.cid, grid: wholeGrid(grid), videoStream: source.videoStream }
  const common = { ...place, recipe, class: cid }
  return (part, name, hardware) => {
    if (name === audioRendition) {
      const { audioStream = null } = source
      return hashOf({ ...common, audioStream, sound: audioPreset })
    }
    const rendition = ladder.find((entry) => entry.name === name)
    const isWhole = name === copied
    if (!rendition || (part === null) !== isWhole)
      throw new RangeError(`no piece of ${name} in this job`)
    if (isWhole) return hashOf({ ...common, copied: rendition })
    return hashOf({ ...common, part, rendition, ...(hardware && { hardware }) })
  }
}

/** Every piece that a tree consists of. */
export function piecesOf(terms: EncodeRequest['terms']): readonly PieceName[] {
  const { grid, copied, source } = terms
  const parts = partsAsked(grid)
  return [
    ...encodedRenditions(terms).flatMap(({ name: rendition }) =>
      parts.map((part) => ({ part, rendition })),
    ),
    ...(copied === undefined ? [] : [{ part: null, rendition: copied }]),
    ...(source.audioStream === undefined ? [] : [{ part: null, rendition: audioRendition }]),
  ]
}

function hashOf(value: unknown): Sha256Hex {
  return Sha256Hex.parse(canonicalHash(value, sha256))
}
