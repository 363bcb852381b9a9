import type { FrameGrid } from '#protocol/grid.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { keepsCap, planCopy } from '../../domain/copied-rendition.ts'
import type { EncodeRequest, EncodingEngine, SourceProfile } from '../../ports/encoding-engine.ts'

/**
 * The grid of an offer and the rendition that is to be copied, if the source's own video proves to be one.
 * Where it does not, everything is encoded on the usual grid.
 */
export async function chooseCopy(
  engine: EncodingEngine,
  { own }: SourceProfile,
  request: EncodeRequest,
  signal: AbortSignal,
): Promise<{ readonly grid: FrameGrid } & Pick<JobOffer, 'copied'>> {
  const { grid, ladder } = request.terms
  const plan = planCopy(own, ladder, grid)
  if (!plan) return { grid }
  const copied = plan.rendition.name
  const terms = { ...request.terms, grid: plan.grid, copied }
  const segments = await engine.tryCopy({ ...request, terms }, { signal })
  const isGood = segments !== null && keepsCap(segments, plan.rendition, plan.grid)
  return isGood ? { grid: plan.grid, copied } : { grid }
}
