import { buildLadder } from '#market/domain/ladder.ts'
import { frameGrid } from '#market/domain/offer-terms.ts'
import { ladderFor, requireLargeEnough } from '#market/domain/recipe-ladder.ts'
import { MarketError } from '#market/errors.ts'
import type { EncodeRequest, SourceProfile } from '#market/ports/encoding-engine.ts'
import type { Cid } from '#protocol/ids.ts'
import type { Ladder } from '#protocol/ladder.ts'
import type { Recipe } from '#protocol/recipe.ts'

/**
 * The same terms that an offer of this file would carry, so that a tree made here is the one the market makes.
 * Throws `input-unsupported` for a video that is too small for the recipe.
 */
export function localRequest(
  file: string,
  {
    cid,
    profile,
    qualities,
    recipe,
  }: {
    readonly cid: Cid
    readonly profile: SourceProfile
    /** Names of the renditions wanted; all where none are named. */
    readonly qualities: readonly string[]
    readonly recipe: Recipe
  },
): EncodeRequest {
  const { bytes, width, height, codec, videoStream, audioStream, rate, frames } = profile
  const source = { cid, bytes, width, height, codec, videoStream }
  const ladder = ladderFor(recipe, buildLadder(width, height, profile), rate)
  requireLargeEnough(recipe, ladder)
  return {
    source: file,
    terms: {
      source: audioStream === null ? source : { ...source, audioStream },
      grid: frameGrid(rate, frames, profile.longestGopSeconds),
      ladder: chooseRenditions(ladder, qualities),
      recipe,
    },
  }
}

/** Rejects with `option-invalid` a quality that the video does not have: nothing is enlarged. */
function chooseRenditions(ladder: Ladder, qualities: readonly string[]): Ladder {
  const missing = qualities.find((quality) => ladder.every(({ name }) => name !== quality))
  if (missing !== undefined)
    throw new MarketError(
      'option-invalid',
      `This video cannot be had in ${missing}, only in ${ladder.map(({ name }) => name).join(', ')}.`,
      { quality: missing },
    )
  return qualities.length === 0 ? ladder : ladder.filter(({ name }) => qualities.includes(name))
}
