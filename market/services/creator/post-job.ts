import type { MilliHbd } from '#protocol/amount.ts'
import { formatHbd, milliHbd } from '#protocol/amount.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { JobId, Sha256Hex } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { secondsAsked } from '#protocol/range.ts'
import type { Codec } from '#protocol/recipe.ts'
import { recipeFor } from '#protocol/recipe.ts'
import type { Bidding, SelectionMode } from '#protocol/selection.ts'
import type { CreatorJob, CreatorJobIn } from '../../domain/creator-job.ts'
import { biddingTimes, saltHashOf } from '../../domain/offer-terms.ts'
import { defaultPrices, ladderPrice, recipePercent } from '../../domain/pricing.ts'
import { MarketError } from '../../errors.ts'
import type { EncodeRequest } from '../../ports/encoding-engine.ts'
import { encodingTerms } from '../encoding-terms.ts'
import { submitOffer } from './confirm-offer.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { feesAsked, mostCost } from './most-cost.ts'
import { isFitting } from './receive-bid.ts'
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
  /** Bounds a job that the owner has not asked this node for; without it nothing but the node's own limits does. */
  readonly allowance?: AwardAllowance
}

/**
 * Measures a file, puts it into the store and signs its offer. Everything that can be wrong with the input,
 * the purse or the market is found here, before any money moves; so is a codec that this node could not check. Idempotent by
 * its reference.
 */
export function createPostJob(deps: CreatorDeps) {
  return async (request: JobRequest, signal: AbortSignal): Promise<JobId> => {
    const { reference, path, ceiling, codec = deps.options.codec ?? 'h264', allowance } = request
    const { selection = deps.options.selection.mode } = request
    const { bidding = deps.options.bidding ?? 'open' } = request
    // Nothing follows by itself what the owner has not asked this node for.
    const standInsLeft = allowance ? 0 : (deps.options.standIns?.most ?? 0)
    const recipe = recipeFor(codec)
    const id = JobId.parse(`${deps.account}:${reference}`)
    if (deps.jobs.find(id)) return id
    const obstacle = deps.readiness.obstacle()
    if (obstacle !== null) throw new MarketError('node-unready', obstacle)
    const proof = await deps.engine.prove(recipe, { signal })
    const profile = await deps.engine.analyse(path, { signal })
    const arbiters = requireArbiters(deps)
    const source = await deps.content.addFile(path, { signal })
    const salt = Sha256Hex.parse(deps.randomHex(32))
    const measured = { path, profile, cid: source.cid, recipe }
    const terms = await encodingTerms(deps.engine, measured, signal)
    const asked = buildOffer(deps, {
      ...{ id, salt, terms, arbiters, ceiling, bidding },
      percent: recipePercent(deps.engine, proof),
    })
    const offer = allowance ? withinAllowance(deps, asked, allowance) : asked
    await requireFunds(deps, offer)
    deps.state.atomically(() => {
      if (!deps.jobs.find(id))
        storeOffer(deps, { offer, salt, selection, standInsLeft, setAside: [] })
    })
    return id
  }
}

type OfferParts = {
  readonly id: JobId
  readonly salt: Sha256Hex
  readonly terms: EncodeRequest['terms']
  readonly arbiters: readonly HiveAccount[]
  readonly ceiling: MilliHbd | undefined
  readonly bidding: Bidding
  /** What the recipe costs by this node's own measure; see {@link ladderPrice}. */
  readonly percent: bigint
}

function buildOffer(
  deps: CreatorDeps,
  { id, salt, terms, arbiters, percent, bidding, ...asked }: OfferParts,
): JobOffer {
  const { ledger, sha256, options } = deps
  const usual = ladderPrice(defaultPrices, terms, percent) ?? milliHbd(1n)
  const ceiling = asked.ceiling ?? milliHbd((usual * options.ceilingPercent + 99n) / 100n)
  return {
    v: 1,
    t: 'job.offer',
    job: id,
    ...terms,
    ceiling,
    ...biddingTimes(requireHead(ledger.current()).time, terms.grid, { ...options, bidding }),
    arbiters: requireFitting(deps, arbiters, ceiling),
    saltHash: saltHashOf(salt, sha256),
  }
}

/** What is stored with an offer; of a stand-in, what it stands in for. */
type Posting = Pick<CreatorJob, 'standInsLeft' | 'standsInFor' | 'setAside' | 'fees'> & {
  readonly offer: JobOffer
  readonly salt: Sha256Hex
  readonly selection: SelectionMode
}

/** Stores a job with its signed offer, in one step with whatever surrounds it. */
export function storeOffer(
  deps: CreatorDeps,
  { offer, salt, selection, setAside, fees, standInsLeft, standsInFor }: Posting,
): void {
  const { job: id, source, grid, ladder, ceiling, bidsUntil, deliverBy } = offer
  const job: CreatorJobIn<'offering'> = {
    phase: 'offering',
    id,
    offer,
    salt,
    postedAt: deps.clock.now(),
    selection,
    awards: 0,
    setAside,
    fees: fees ?? feesAsked(deps, offer.arbiters),
    ...(standInsLeft && { standInsLeft }),
    ...(standsInFor && { standsInFor }),
  }
  deps.content.pin(source.cid, id)
  const { id: transaction } = submitOffer(deps, job)
  const { cid, bytes, width, height } = source
  const seconds = secondsAsked(grid)
  saveJob(
    deps,
    job,
    { type: 'source-published', source: cid, bytes, width, height, seconds, ladder },
    { type: 'offer-signed', transaction, ceiling, bidsUntil, deliverBy },
  )
}

/** Registered arbiters that are reachable now, cheapest first. */
function requireArbiters({ ledger, network }: CreatorDeps): readonly HiveAccount[] {
  const found = [...ledger.current().nodes.values()]
    .filter(
      ({ phase, roles, account }) =>
        phase === 'active' && roles.includes('arbiter') && network.isConnected(account),
    )
    .sort((left, right) => Number((left.arbiter?.fee ?? 0n) - (right.arbiter?.fee ?? 0n)))
    .map(({ account }) => account)
  if (found.length === 0)
    throw new MarketError(
      'arbiter-missing',
      'No arbiter is registered and connected; try again when one is.',
    )
  return found
}

/** Of these arbiters the first ones whose fee fits a job. */
function requireFitting(
  { ledger }: CreatorDeps,
  arbiters: readonly HiveAccount[],
  ceiling: MilliHbd,
): readonly HiveAccount[] {
  const found = arbiters.filter((account) =>
    isFitting(ledger.current().nodes.get(account), ceiling),
  )
  if (found.length === 0)
    throw new MarketError(
      'arbiter-missing',
      'Every connected arbiter asks more than the whole job may cost; raise the ceiling.',
    )
  return found.slice(0, 8)
}

async function requireFunds(deps: CreatorDeps, offer: JobOffer): Promise<void> {
  const { account, balanceOf, jobs, options } = deps
  const needed = mostCost(deps, { offer })
  const { escrowLimit } = options
  if (escrowLimit !== undefined && needed > escrowLimit)
    throw new MarketError(
      'option-invalid',
      `The job may cost ${formatHbd(needed)}, but this node puts at most ${formatHbd(escrowLimit)} into one escrow; lower the ceiling or raise --escrow-limit.`,
    )
  const balance = await balanceOf(account)
  const promised = milliHbd(
    jobs.unfinished().reduce((sum, job) => sum + (isUnpaid(job) ? mostCost(deps, job) : 0n), 0n),
  )
  if (balance >= needed + promised) return
  const others = promised > 0n ? ` besides ${formatHbd(promised)} that other offers may cost` : ''
  throw new MarketError(
    'funds-missing',
    `@${account} has ${formatHbd(balance)}, but the job may cost ${formatHbd(needed)}${others}; add funds or lower the ceiling.`,
  )
}

/** True while the money for a job is still in the purse. */
function isUnpaid({ phase }: CreatorJob): boolean {
  return phase === 'offering' || phase === 'bidding' || phase === 'awarding'
}

function requireHead<Head>({ head }: { readonly head: Head | null }): Head {
  if (!head)
    throw new MarketError(
      'chain-unavailable',
      'No block of the chain has been seen yet; try again in a moment.',
    )
  return head
}
