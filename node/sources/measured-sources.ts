import type { EncodingEngine, SourceProfile } from '#market/ports/encoding-engine.ts'
import type { Sources } from '#market/ports/sources.ts'
import { encodingTerms } from '#market/services/encoding-terms.ts'
import type { Cid } from '#protocol/ids.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { createTurns } from '../in-turn.ts'
import type { OpenSource, SourceWindows } from '../processing/source-windows.ts'

export type MeasuredSourcesDeps = {
  readonly windows: SourceWindows
  readonly engine: Pick<EncodingEngine, 'analyse' | 'tryCopy'>
}

/** Sources whose measures are remembered: a page asks for the same one again and again while its user chooses. */
const remembered = 200

type Waiting = Parameters<Sources['measure']>[1]

/** Measures sources one after the other: each is read from end to end, and whoever asks pays nothing for it. */
export function createMeasuredSources({ windows, engine }: MeasuredSourcesDeps): Sources {
  const inTurn = createTurns()
  const measured = new Map<Cid, SourceProfile>()

  /** Uses a source where it lies. */
  const withSource = async <T>(
    cid: Cid,
    { signal }: Waiting,
    use: (source: OpenSource) => Promise<T>,
  ): Promise<T> => {
    await using source = await windows.open(cid, { signal })
    const found = await use(source)
    source.signal.throwIfAborted()
    return found
  }
  const analyse = async (cid: Cid, { input, signal }: OpenSource): Promise<SourceProfile> => {
    const profile = measured.get(cid) ?? (await engine.analyse(input, { signal }))
    // What was found of a source that could not be read to its end is worth nothing.
    signal.throwIfAborted()
    measured.delete(cid)
    measured.set(cid, profile)
    const [oldest] = measured.keys()
    if (measured.size > remembered && oldest !== undefined) measured.delete(oldest)
    return profile
  }
  return {
    measure: async (cid, waiting) =>
      measured.get(cid) ??
      (await inTurn(async () => {
        waiting.signal.throwIfAborted()
        return await withSource(cid, waiting, (source) => analyse(cid, source))
      })),
    terms: async (cid, qualities, waiting) =>
      await inTurn(async () => {
        waiting.signal.throwIfAborted()
        return await withSource(cid, waiting, async (source) => {
          const profile = await analyse(cid, source)
          const { input: path, signal } = source
          const recipe = contractRecipe
          return await encodingTerms(engine, { path, cid, profile, recipe, qualities }, signal)
        })
      }),
  }
}
