import { recipes } from '#protocol/recipe.ts'
import type { CopyObstacle } from '../../domain/copied-rendition.ts'
import { keepsCap, planCopy } from '../../domain/copied-rendition.ts'
import type { EncodeRequest, EncodingEngine, SourceProfile } from '../../ports/encoding-engine.ts'

export type CopyChoice = {
  /** The rendition that is copied, if any, and the grid that goes with it. */
  readonly terms: Pick<EncodeRequest['terms'], 'grid' | 'copied'>
  /** Why none is copied; null where one is. */
  readonly obstacle: CopyObstacle | null
}

/**
 * The grid of an offer and the rendition that is to be copied, if the source's own video proves to be one.
 * Where it does not, everything is encoded on the usual grid.
 */
export async function chooseCopy(
  engine: Pick<EncodingEngine, 'tryCopy'>,
  { own }: Pick<SourceProfile, 'own'>,
  request: EncodeRequest,
  signal: AbortSignal,
): Promise<CopyChoice> {
  const { grid, ladder, recipe } = request.terms
  if (!recipes[recipe].isContract) return { terms: { grid }, obstacle: 'recipe' }
  const plan = planCopy(own, ladder, grid)
  if (typeof plan === 'string') return { terms: { grid }, obstacle: plan }
  const terms = { grid: plan.grid, copied: plan.rendition.name }
  const segments = await engine.tryCopy(
    { ...request, terms: { ...request.terms, ...terms } },
    { signal },
  )
  if (segments === null) return { terms: { grid }, obstacle: 'cut' }
  if (!keepsCap(segments, plan.rendition, plan.grid)) return { terms: { grid }, obstacle: 'rate' }
  return { terms, obstacle: null }
}
