import { join } from 'node:path'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine, SourceProfile } from '#market/ports/encoding-engine.ts'
import type { Sources } from '#market/ports/sources.ts'
import { encodingTerms } from '#market/services/encoding-terms.ts'
import type { Cid } from '#protocol/ids.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { freeSpace, requireSpace, usualDiskFloorBytes } from '../encoding/disk-guard.ts'
import { createTurns } from '../in-turn.ts'
import { openScratch } from '../scratch.ts'

export type MeasuredSourcesDeps = {
  readonly content: Pick<ContentStore, 'sizes' | 'exportFile'>
  readonly engine: Pick<EncodingEngine, 'analyse' | 'tryCopy'>
}

/** Sources whose measures are remembered: a page asks for the same one again and again while its user chooses. */
const remembered = 200

type Waiting = Parameters<Sources['measure']>[1]

/** Measures sources one after the other: each is read from end to end, and whoever asks pays nothing for it. */
export function createMeasuredSources(
  { content, engine }: MeasuredSourcesDeps,
  { directory }: { readonly directory: string },
): Sources {
  const inTurn = createTurns()
  const measured = new Map<Cid, SourceProfile>()

  const withFile = async <T>(
    cid: Cid,
    signal: AbortSignal,
    use: (path: string) => Promise<T>,
  ): Promise<T> => {
    const { bytes } = await content.sizes(cid)
    await requireSpace(bytes, { directory, floorBytes: usualDiskFloorBytes }, freeSpace)
    await using scratch = await openScratch(directory, 'source')
    const path = join(scratch.path, 'source')
    await content.exportFile(cid, path, { signal })
    return await use(path)
  }
  const analyse = async (cid: Cid, path: string, { signal }: Waiting): Promise<SourceProfile> => {
    const profile = measured.get(cid) ?? (await engine.analyse(path, { signal }))
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
        return await withFile(cid, waiting.signal, (path) => analyse(cid, path, waiting))
      })),
    terms: async (cid, qualities, waiting) =>
      await inTurn(async () => {
        const { signal } = waiting
        signal.throwIfAborted()
        return await withFile(cid, signal, async (path) => {
          const profile = await analyse(cid, path, waiting)
          const recipe = contractRecipe
          return await encodingTerms(engine, { path, cid, profile, recipe, qualities }, signal)
        })
      }),
  }
}
