import type { Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import { codecString } from './codec-string.ts'
import { firstSample } from './fmp4/fragment.ts'
import { streamTerms } from './fmp4/video-stream.ts'

/**
 * RFC 6381 name of a rendition's video, as the stream itself says it: its first segment, and the initialization segment
 * where it has one. Throws a RangeError for bytes that are not of the recipe.
 */
export function streamName(recipe: Recipe, segment: Uint8Array, init: Uint8Array | null): string {
  if (recipes[recipe].container === 'mpegts') return codecString(segment)
  if (!init) throw new RangeError('a segment without its initialization')
  return streamTerms(recipe, init, firstSample(segment)).codecs
}
