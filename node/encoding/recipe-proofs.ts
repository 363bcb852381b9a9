import { access } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { EncodingEngine, RecipeProof } from '#market/ports/encoding-engine.ts'
import { DeterminismClass } from '#protocol/encoder.ts'
import { contractRecipe, Recipe, recipes } from '#protocol/recipe.ts'
import type { Calibration, CalibrationOptions } from './determinism-class.ts'
import { calibrate, keptCalibration } from './determinism-class.ts'
import { encoderVersion } from './encoder-version.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import type { PartEncoder } from './part-encoder.ts'

export type RecipeProofs = Pick<EncodingEngine, 'proofOf' | 'prove'>

export type RecipeProofsDeps = { readonly encoder: PartEncoder; readonly tools: FfmpegTools }

export type RecipeProofsOptions = {
  /** Keeps what was found, a file for each recipe. */
  readonly directory: string
  readonly contract: RecipeProof
  readonly signal: AbortSignal
}

/** What this machine has shown of each recipe: of the contract's at every start, of the others when somebody asks for them. */
export async function openRecipeProofs(
  { encoder, tools }: RecipeProofsDeps,
  { directory, contract, signal }: RecipeProofsOptions,
): Promise<RecipeProofs> {
  const { ffmpeg, binaries } = tools
  const proofs = new Map<Recipe, RecipeProof>([[contractRecipe, contract]])
  const keep = (
    recipe: Recipe,
    { cid, pixelsPerSecond }: Calibration,
    version: string,
  ): RecipeProof => {
    const build = { ffmpeg: binaries.version, x264: binaries.x264, encoder: version }
    const proof = { class: DeterminismClass.parse({ cid, ...build }), pixelsPerSecond }
    proofs.set(recipe, proof)
    return proof
  }
  const optionsOf = (recipe: Recipe, version: string): CalibrationOptions => {
    return { recipe, version, file: recipeProofFile(directory, recipe) }
  }
  for (const recipe of await keptRecipes(directory)) {
    const version = await encoderVersion(ffmpeg, recipe, signal).catch(unlessUnsupported)
    const kept = version && (await keptCalibration({ binaries }, optionsOf(recipe, version)))
    if (version && kept) keep(recipe, kept, version)
  }
  return {
    proofOf: (recipe) => proofs.get(recipe) ?? null,
    prove: async (recipe, { signal: asked }) => {
      const known = proofs.get(recipe)
      if (known) return known
      const version = await encoderVersion(ffmpeg, recipe, asked)
      const options = { ...optionsOf(recipe, version), signal: asked }
      const found = await calibrate({ encoder, binaries }, options).catch((error: unknown) =>
        refuseRecipe(error, recipe, asked),
      )
      return keep(recipe, found, version)
    },
  }
}

/** Where an engine keeps the proof of a recipe in its directory. */
export function recipeProofFile(directory: string, recipe: Recipe): string {
  return path.join(directory, `determinism-class-${recipe}.json`)
}

async function keptRecipes(directory: string): Promise<readonly Recipe[]> {
  const kept = await Promise.all(
    Recipe.options.map((recipe) =>
      access(recipeProofFile(directory, recipe)).then(
        () => [recipe],
        () => [],
      ),
    ),
  )
  return kept.flat()
}

/** Null for what this machine cannot do; any other failure is thrown on. */
export function unlessUnsupported(error: unknown): null {
  if (error instanceof MarketError && error.code === 'unsupported-here') return null
  throw error
}

/** An encoder that is there and does not do what the recipe asks, as versions of long ago, is as good as none. */
function refuseRecipe(cause: unknown, recipe: Recipe, signal: AbortSignal): never {
  signal.throwIfAborted()
  if (!(cause instanceof MarketError) || cause.code !== 'ffmpeg-failed') throw cause
  const { codec, encoder } = recipes[recipe]
  throw new MarketError(
    'unsupported-here',
    `The ${encoder} of this FFmpeg cannot encode ${codec.toUpperCase()} as the recipe ${recipe} asks.`,
    cause.meta,
    { cause },
  )
}
