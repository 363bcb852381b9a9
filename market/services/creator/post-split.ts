import { formatHbd, milliHbd } from '#protocol/amount.ts'
import { classOf } from '#protocol/encoder.ts'
import { gridSeconds, partCount } from '#protocol/grid.ts'
import type { Cid, JobId } from '#protocol/ids.ts'
import { framesAsked } from '#protocol/range.ts'
import type { Recipe } from '#protocol/recipe.ts'
import type { SelectionMode } from '#protocol/selection.ts'
import { planRanges, usualRanges } from '../../domain/range-plan.ts'
import type { SplitJobIn } from '../../domain/split-job.ts'
import { MarketError } from '../../errors.ts'
import type { CreatorDeps } from './creator-deps.ts'
import type { OfferParts } from './make-offer.ts'
import { requireFunds, usualCeiling } from './make-offer.ts'
import { makeRangeOffer, saveSplit, storeRangeOffer } from './offer-range.ts'

/** Into how many ranges: so many, or as many as there are encoders at hand and the video is worth. */
export type SplitWish = number | 'auto'

type SplitPosting = Omit<OfferParts, 'salt'> & { readonly selection: SelectionMode }

/**
 * Sells a video in ranges: their offers are signed in one step, so that there are all or none. Resolves to false for a video that is
 * too short, or has too few encoders at hand, to be cut.
 */
export async function postSplit(
  deps: CreatorDeps,
  posting: SplitPosting,
  wish: SplitWish,
): Promise<boolean> {
  const { id, terms } = posting
  const { commonClass, encoders } = classAtHand(deps, terms.recipe)
  const parts = partCount(terms.grid)
  const plan = planRanges(parts, wish === 'auto' ? usualRanges(parts, encoders) : wish)
  if (plan.length === 1) return false
  const ceiling = posting.ceiling ?? usualCeiling(deps, terms, posting.percent)
  const split: SplitJobIn<'working'> = {
    phase: 'working',
    ...{ id, terms, ceiling, class: commonClass },
    selection: posting.selection,
    bidding: posting.bidding,
    postedAt: deps.clock.now(),
    ranges: plan.map((range) => {
      const frames = BigInt(framesAsked({ ...terms.grid, range }))
      const share = (ceiling * frames) / BigInt(terms.grid.frames)
      return { range, ceiling: milliHbd(share > 0n ? share : 1n), jobs: [], won: null }
    }),
  }
  // The least amount there is, for each range, may be more than there is for all of them.
  if (split.ranges.reduce((sum, sold) => sum + sold.ceiling, 0n) > ceiling)
    throw new MarketError(
      'option-invalid',
      `${formatHbd(ceiling)} is too little for ${plan.length} ranges; raise the ceiling, or ask for fewer.`,
    )
  const offers = split.ranges.map((sold) => makeRangeOffer(deps, split, sold))
  await requireFunds(
    deps,
    offers.map(({ offer }) => offer),
  )
  deps.state.atomically(() => {
    if (deps.splits.find(id)) return
    deps.content.pin(terms.source.cid, id)
    const { cid: source, bytes, width, height } = terms.source
    const { ladder, grid } = terms
    const seconds = gridSeconds(grid)
    for (const made of offers) storeRangeOffer(deps, split, made)
    const ranges = split.ranges.map((sold, place) => ({
      ...sold,
      jobs: offers.slice(place, place + 1).map(({ offer }) => offer.job),
    }))
    saveSplit(
      deps,
      { ...split, ranges },
      {
        type: 'split',
        ranges: ranges.map(({ range, jobs }) => ({ ...range, rangeJob: firstOf(jobs) })),
      },
      { type: 'source-published', source, bytes, width, height, seconds, ladder },
    )
  })
  return true
}

function firstOf([job]: readonly JobId[]): JobId {
  if (!job) throw new Error('every range was offered')
  return job
}

/** The class that most of the connected encoders are of, this node's own where as many are; and how many those are. */
function classAtHand(
  { ledger, network, engine }: CreatorDeps,
  recipe: Recipe,
): { readonly commonClass: Cid; readonly encoders: number } {
  const own = engine.proofOf(recipe)?.class.cid
  if (!own)
    throw new MarketError('unsupported-here', `This node has not proven the recipe ${recipe}.`)
  const counts = new Map<Cid, number>([[own, 0]])
  for (const { phase, encoder, account } of ledger.current().nodes.values()) {
    const theirs = phase === 'active' && encoder ? classOf(encoder, recipe) : null
    if (theirs === null || !network.isConnected(account)) continue
    counts.set(theirs, (counts.get(theirs) ?? 0) + 1)
  }
  let best = { commonClass: own, encoders: counts.get(own) ?? 0 }
  for (const [commonClass, encoders] of counts)
    if (encoders > best.encoders) best = { commonClass, encoders }
  return best
}
