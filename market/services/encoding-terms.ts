import type { Cid } from '#protocol/ids.ts'
import type { Ladder } from '#protocol/ladder.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { buildLadder } from '../domain/ladder.ts'
import { frameGrid } from '../domain/offer-terms.ts'
import { ladderFor, requireLargeEnough } from '../domain/recipe-ladder.ts'
import type { EncodeRequest, EncodingEngine, SourceProfile } from '../ports/encoding-engine.ts'
import { chooseCopy } from './creator/choose-copy.ts'

export type MeasuredSource = {
  readonly path: string
  readonly cid: Cid
  readonly profile: SourceProfile
  readonly recipe: Recipe
  /** Names of the renditions that are wanted; all where none are named, or where the video has none of them. */
  readonly qualities?: readonly string[]
  /** Whether the source's own video may serve for a rendition; absent for where it can. */
  readonly copy?: 'never'
}

/**
 * What the bytes of a job will depend on, of a source that was measured: on equal sources everybody comes to the same.
 * Rejects with `input-unsupported` a video that is too small for the recipe.
 */
export async function encodingTerms(
  engine: Pick<EncodingEngine, 'tryCopy'>,
  { path, cid, profile, recipe, qualities = [], copy: copies }: MeasuredSource,
  signal: AbortSignal,
): Promise<EncodeRequest['terms']> {
  const { bytes, width, height, codec, videoStream, audioStream } = profile
  const sound = audioStream === null ? {} : { audioStream }
  const ladder = ladderFor(recipe, buildLadder(width, height, profile), profile.rate)
  requireLargeEnough(recipe, ladder)
  const terms = {
    source: { cid, bytes, width, height, codec, videoStream, ...sound },
    grid: frameGrid(profile.rate, profile.frames, profile.longestGopSeconds),
    recipe,
    ladder: wantedOf(ladder, qualities),
  } as const
  if (copies === 'never') return terms
  const copy = await chooseCopy(engine, profile, { source: path, terms }, signal)
  return { ...terms, ...copy.terms }
}

/** Nothing is enlarged: a video that has none of what is wanted is had in what it has. */
function wantedOf(ladder: Ladder, qualities: readonly string[]): Ladder {
  const wanted = ladder.filter(({ name }) => qualities.includes(name))
  return wanted.length === 0 ? ladder : wanted
}
