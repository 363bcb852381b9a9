import { z } from 'zod'
import type { Ladder, Rendition } from './ladder.ts'

export const Codec = z.enum(['h264', 'h265', 'vp9', 'av1'])
export type Codec = z.infer<typeof Codec>

/** The rule book by which parts become bytes. Another way of encoding is another recipe, never a change of one of these. */
export const Recipe = z.enum(['h264-ts-4', 'h265-fmp4-3', 'vp9-fmp4-3', 'av1-fmp4-3'])
export type Recipe = z.infer<typeof Recipe>

/** The recipe that every node follows, and that an offer has unless its creator asks for another. */
export const contractRecipe = 'h264-ts-4'

/** How segments are packed: transport streams each by itself, or fragments of MP4 behind one initialization segment. */
export type Container = 'mpegts' | 'fmp4'

type RecipeTraits = {
  readonly codec: Codec
  readonly container: Container
  /** FFmpeg's names of the one encoder whose bytes these are, and of what it makes. */
  readonly encoder: string
  readonly decodedAs: string
  /** What a rendition may be of; the names are H.264's, and `main` is profile 0 of VP9. */
  readonly profiles: readonly Rendition['profile'][]
  /** Whether the source's own video may be copied, and devices may encode. */
  readonly isContract: boolean
}

export const recipes = {
  'h264-ts-4': {
    codec: 'h264',
    container: 'mpegts',
    encoder: 'libx264',
    decodedAs: 'h264',
    profiles: ['main', 'high'],
    isContract: true,
  },
  'h265-fmp4-3': {
    codec: 'h265',
    container: 'fmp4',
    encoder: 'libx265',
    decodedAs: 'hevc',
    profiles: ['main'],
    isContract: false,
  },
  'vp9-fmp4-3': {
    codec: 'vp9',
    container: 'fmp4',
    encoder: 'libvpx-vp9',
    decodedAs: 'vp9',
    profiles: ['main'],
    isContract: false,
  },
  'av1-fmp4-3': {
    codec: 'av1',
    container: 'fmp4',
    encoder: 'libsvtav1',
    decodedAs: 'av1',
    profiles: ['main'],
    isContract: false,
  },
} as const satisfies Readonly<Record<Recipe, RecipeTraits>>

/** The recipe by which a codec is encoded today. */
export function recipeFor(codec: Codec): Recipe {
  const found = Recipe.options.find((recipe) => recipes[recipe].codec === codec)
  if (!found) throw new Error('every codec has a recipe')
  return found
}

/** True if a recipe can make a ladder, and the copy that is asked for with it. */
export function canMake(
  recipe: Recipe,
  { ladder, copied }: { readonly ladder: Ladder; readonly copied?: string | undefined },
): boolean {
  const { profiles, isContract }: RecipeTraits = recipes[recipe]
  return (
    (copied === undefined || isContract) &&
    ladder.every(({ profile }) => profiles.includes(profile))
  )
}
