import type { MilliHbd } from '#protocol/amount.ts'
import { JobId, Sha256Hex } from '#protocol/ids.ts'
import type { Codec } from '#protocol/recipe.ts'
import { recipeFor } from '#protocol/recipe.ts'
import type { Bidding, SelectionMode } from '#protocol/selection.ts'
import { recipePercent } from '../../domain/pricing.ts'
import { MarketError } from '../../errors.ts'
import { encodingTerms } from '../encoding-terms.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { buildOffer, requireArbiters, requireFunds, storeOffer } from './make-offer.ts'
import type { SplitWish } from './post-split.ts'
import { postSplit } from './post-split.ts'
import type { AwardAllowance } from './within-allowance.ts'
import { withinAllowance } from './within-allowance.ts'

export type JobRequest = {
  /** 16 hex digits of the caller's choice; the same ones name the same job. */
  readonly reference: string
  readonly path: string
  readonly ceiling?: MilliHbd | undefined
  readonly codec?: Codec | undefined
  /** Who chooses among the bids. */
  readonly selection?: SelectionMode | undefined
  /** How its bids come. */
  readonly bidding?: Bidding | undefined
  /** Into how many ranges the video is to be sold, by parts of equal length; absent for one job of all of it. */
  readonly split?: SplitWish | undefined
  /** Bounds a job that the owner has not asked this node for; without it nothing but the node's own limits does. */
  readonly allowance?: AwardAllowance
  /** The most that is paid for it without asking the owner, where that is less than the node's own limit. */
  readonly releaseLimit?: MilliHbd
}

/**
 * Measures a file, puts it into the store and signs its offer. Everything that can be wrong with the input,
 * the purse or the market is found here, before any money moves; so is a codec that this node could not check. Idempotent by
 * its reference.
 */
export function createPostJob(deps: CreatorDeps) {
  return async (request: JobRequest, signal: AbortSignal): Promise<JobId> => {
    const {
      reference,
      path,
      ceiling,
      codec = deps.options.codec ?? 'h264',
      allowance,
      releaseLimit,
    } = request
    const { selection = deps.options.selection.mode } = request
    const { bidding = deps.options.bidding ?? 'open' } = request
    // Nothing follows by itself what the owner has not asked this node for.
    const standInsLeft = allowance ? 0 : (deps.options.standIns?.most ?? 0)
    const recipe = recipeFor(codec)
    const id = JobId.parse(`${deps.account}:${reference}`)
    if (deps.jobs.find(id) || deps.splits.find(id)) return id
    const obstacle = deps.readiness.obstacle()
    if (obstacle !== null) throw new MarketError('node-unready', obstacle)
    const proof = await deps.engine.prove(recipe, { signal })
    const profile = await deps.engine.analyse(path, { signal })
    const arbiters = requireArbiters(deps)
    const source = await deps.content.addFile(path, { signal })
    const salt = Sha256Hex.parse(deps.randomHex(32))
    const measured = { path, profile, cid: source.cid, recipe }
    const percent = recipePercent(deps.engine, proof)
    if (request.split !== undefined) {
      // What is copied is not cut into parts, and so not into ranges either.
      const whole = await encodingTerms(deps.engine, { ...measured, copy: 'never' }, signal)
      const posting = { id, terms: whole, arbiters, ceiling, percent, selection, bidding }
      if (await postSplit(deps, posting, request.split)) return id
    }
    const terms = await encodingTerms(deps.engine, measured, signal)
    const asked = buildOffer(deps, { id, salt, terms, arbiters, ceiling, bidding, percent })
    const offer = allowance ? withinAllowance(deps, asked, allowance) : asked
    await requireFunds(deps, [offer])
    deps.state.atomically(() => {
      if (!deps.jobs.find(id))
        storeOffer(deps, { offer, salt, selection, standInsLeft, releaseLimit, setAside: [] })
    })
    return id
  }
}
