import { firstHeightOf } from '#contracts/activation.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import { formatHbd, milliHbd } from '#protocol/amount.ts'
import type { HiveAccount, JobId, Sha256Hex } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { secondsAsked } from '#protocol/range.ts'
import type { Bidding, SelectionMode } from '#protocol/selection.ts'
import type { CreatorJob, CreatorJobIn } from '../../domain/creator-job.ts'
import { biddingTimes, saltHashOf } from '../../domain/offer-terms.ts'
import { defaultPrices, ladderPrice } from '../../domain/pricing.ts'
import { MarketError } from '../../errors.ts'
import type { EncodeRequest } from '../../ports/encoding-engine.ts'
import { submitOffer } from './confirm-offer.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { feesAsked, mostCost } from './most-cost.ts'
import { isFitting } from './receive-bid.ts'

export type OfferParts = {
  readonly id: JobId
  readonly salt: Sha256Hex
  readonly terms: EncodeRequest['terms']
  readonly arbiters: readonly HiveAccount[]
  readonly ceiling: MilliHbd | undefined
  readonly bidding: Bidding
  /** What the recipe costs by this node's own measure; see {@link ladderPrice}. */
  readonly percent: bigint
}

/** The offer of a job, its deadlines counted from now. */
export function buildOffer(
  deps: CreatorDeps,
  { id, salt, terms, arbiters, percent, bidding, ...asked }: OfferParts,
): JobOffer {
  const { ledger, sha256, options } = deps
  const ceiling = asked.ceiling ?? usualCeiling(deps, terms, percent)
  return requireInForce(deps, {
    v: 1,
    t: 'job.offer',
    job: id,
    ...terms,
    ceiling,
    ...biddingTimes(requireHead(ledger.current()).time, terms.grid, { ...options, bidding }),
    arbiters: requireFitting(deps, arbiters, ceiling),
    saltHash: saltHashOf(salt, sha256),
  })
}

/** An offer that says what the chain does not take yet would be none. */
function requireInForce(deps: CreatorDeps, offer: JobOffer): JobOffer {
  const from = firstHeightOf(offer, deps)
  if (requireHead(deps.ledger.current()).height >= from) return offer
  throw new MarketError(
    'option-invalid',
    `This chain takes no such offer before block ${from}; post the video whole, with open bids.`,
  )
}

/** What a job may cost where its owner has not said. */
export function usualCeiling(
  { options }: Pick<CreatorDeps, 'options'>,
  terms: EncodeRequest['terms'],
  percent: bigint,
): MilliHbd {
  const usual = ladderPrice(defaultPrices, terms, percent) ?? milliHbd(1n)
  return milliHbd((usual * options.ceilingPercent + 99n) / 100n)
}

/** What is stored with an offer; of a stand-in, what it stands in for. */
type Posting = Pick<
  CreatorJob,
  'standInsLeft' | 'standsInFor' | 'setAside' | 'fees' | 'inClass'
> & {
  readonly offer: JobOffer
  readonly salt: Sha256Hex
  readonly selection: SelectionMode
  readonly releaseLimit?: MilliHbd | undefined
}

/** Stores a job with its signed offer, in one step with whatever surrounds it. */
export function storeOffer(
  deps: CreatorDeps,
  {
    offer,
    salt,
    selection,
    setAside,
    fees,
    inClass,
    standInsLeft,
    standsInFor,
    releaseLimit,
  }: Posting,
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
    ...(inClass && { inClass }),
    ...(standInsLeft && { standInsLeft }),
    ...(releaseLimit !== undefined && { releaseLimit }),
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
export function requireArbiters({ ledger, network }: CreatorDeps): readonly HiveAccount[] {
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

/** Throws `option-invalid` for an offer above what one escrow may hold, and `funds-missing` where all of them cost too much. */
export async function requireFunds(deps: CreatorDeps, offers: readonly JobOffer[]): Promise<void> {
  const { account, balanceOf, jobs } = deps
  const costs = offers.map((offer) => mostCost(deps, { offer }))
  for (const cost of costs) requireWithinLimit(deps, cost)
  const needed = milliHbd(costs.reduce((sum, cost) => sum + cost, 0n))
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

function requireWithinLimit({ options }: Pick<CreatorDeps, 'options'>, needed: MilliHbd): void {
  const { escrowLimit } = options
  if (escrowLimit !== undefined && needed > escrowLimit)
    throw new MarketError(
      'option-invalid',
      `The job may cost ${formatHbd(needed)}, but this node puts at most ${formatHbd(escrowLimit)} into one escrow; lower the ceiling or raise --escrow-limit.`,
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
