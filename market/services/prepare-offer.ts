import type { MilliHbd } from '#protocol/amount.ts'
import { formatHbd, milliHbd } from '#protocol/amount.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { HiveAccount, Sha256Hex } from '#protocol/ids.ts'
import { ChainTime } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import { longestBiddingSeconds } from '../domain/bidding.ts'
import { customJson } from '../domain/hive-operations.ts'
import { marketJobOf } from '../domain/market-job-of.ts'
import { offerDeadlines } from '../domain/offer-terms.ts'
import type { Quote } from '../domain/quote.ts'
import { usualWaits } from '../domain/tier-plan.ts'
import { MarketError } from '../errors.ts'
import type { ChainQueries } from '../ports/chain-queries.ts'
import type { JobPlans } from '../ports/job-plans.ts'
import type { EncodingJob, JobScheduler } from '../ports/job-scheduler.ts'
import type { Sources } from '../ports/sources.ts'

export type PrepareOfferDeps = {
  readonly scheduler: Pick<JobScheduler, 'find'>
  readonly plans: Pick<JobPlans, 'find'>
  readonly chain: Pick<ChainQueries, 'at' | 'job'>
  readonly sources: Pick<Sources, 'terms'>
  /** Registered arbiters, the one preferred first. */
  readonly arbiters: () => Quote['arbiters']
  /** Liquid HBD of an account, as the chain has it now. */
  readonly balanceOf: (account: HiveAccount) => Promise<MilliHbd>
  readonly operationId: string
}

export type AskedOffer = {
  readonly creator: HiveAccount
  readonly job: EncodingJobId
  readonly saltHash: Sha256Hex
  readonly workSeconds: number | null
  readonly arbiter: HiveAccount | null
}

export type PreparedOffer = {
  readonly operations: readonly HiveOperation[]
  readonly offer: JobOffer
}

/** Arbiters that one offer may name. */
const mostArbiters = 8

/** For the work besides what the video's length asks for, as nodes allow it. */
const usualWorkSeconds = 600

/**
 * The operation by which an owner offers a job of the queue to the community, for a wallet to sign; nothing is sent, and no key is
 * seen. The offer's id follows from the job's, so that signing twice offers once.
 * Throws `not-found`, `forbidden`, `job-ended`, `id-taken` for what is offered already, `no-tier` for a job without a budget,
 * `arbiter-missing`, `funds-missing`, and whatever is wrong with the video.
 */
export function createPrepareOffer(deps: PrepareOfferDeps) {
  return async (asked: AskedOffer, signal: AbortSignal): Promise<PreparedOffer> => {
    const job = await requireJob(deps, asked)
    const { budget: ceiling } = job
    if (ceiling === null || !job.tiers.includes('community'))
      throw new MarketError('no-tier', 'The job has no budget for the community.')
    const id = marketJobOf(job.owner, job.id)
    const [known, at] = await Promise.all([deps.chain.job(id), deps.chain.at()])
    if (known) throw new MarketError('id-taken', 'The job is offered on the chain already.')
    if (!at)
      throw new MarketError('chain-unavailable', 'No block of the chain has been read here yet.')
    const fitting = fittingArbiters(deps, asked, ceiling)
    await requireFunds(deps, job.owner, milliHbd(ceiling + leastFee(fitting)))
    const terms = await deps.sources.terms(job.inputCid, job.qualities, { signal })
    const bidSeconds = await bidSecondsOf(deps, job)
    const usual = { bidSeconds, deadlineSeconds: usualWorkSeconds, ratificationSeconds: 0 }
    const { bidsUntil, deliverBy } = offerDeadlines(at.time, terms.grid, usual)
    const { workSeconds, saltHash } = asked
    const offer: JobOffer = {
      ...{ v: 1, t: 'job.offer', job: id, ...terms, ceiling, bidsUntil, saltHash },
      deliverBy: workSeconds === null ? deliverBy : ChainTime.parse(bidsUntil + workSeconds),
      arbiters: fitting.map(({ account }) => account),
    }
    return { operations: [customJson(deps.operationId, job.owner, offer)], offer }
  }
}

async function requireJob(
  { scheduler }: PrepareOfferDeps,
  { job: id, creator }: AskedOffer,
): Promise<EncodingJob> {
  const job = await scheduler.find(id)
  if (!job) throw new MarketError('not-found', 'There is no such job.')
  if (job.owner !== creator)
    throw new MarketError('forbidden', `Only @${job.owner} may offer this job.`)
  if (job.phase === 'queued') return job
  throw new MarketError('job-ended', `The job is ${job.phase}: it needs no offer now.`)
}

function fittingArbiters(
  { arbiters }: PrepareOfferDeps,
  { arbiter }: AskedOffer,
  ceiling: MilliHbd,
): Quote['arbiters'] {
  const fitting = arbiters().filter(
    ({ account, fee }) => fee <= ceiling && (arbiter === null || account === arbiter),
  )
  if (fitting.length > 0) return fitting.slice(0, mostArbiters)
  throw new MarketError(
    'arbiter-missing',
    arbiter === null
      ? 'No registered arbiter asks less than the whole job may cost; raise the ceiling.'
      : `@${arbiter} does not arbitrate, or asks more than the whole job may cost.`,
  )
}

function leastFee(arbiters: Quote['arbiters']): bigint {
  return arbiters.reduce(
    (least, { fee }) => (fee < least ? fee : least),
    arbiters[0]?.fee ?? milliHbd(0n),
  )
}

async function requireFunds(
  { balanceOf }: PrepareOfferDeps,
  owner: HiveAccount,
  needed: MilliHbd,
): Promise<void> {
  const balance = await balanceOf(owner)
  if (balance >= needed) return
  throw new MarketError(
    'funds-missing',
    `@${owner} has ${formatHbd(balance)}, but the job may cost ${formatHbd(needed)}; add funds or lower the ceiling.`,
  )
}

/** An encoder sees the offer some blocks before or after the chain's last that was read here. */
const headRoomSeconds = 300

/** Bids are taken on the chain for as long as the job waits for them here, and never for so long that nobody would bid. */
async function bidSecondsOf({ plans }: PrepareOfferDeps, { id }: EncodingJob): Promise<number> {
  const plan = await plans.find(id)
  const step = plan?.steps.find(({ tier }) => tier === 'community')
  const wanted = step?.waitSeconds ?? usualWaits.bidWaitSeconds
  return Math.min(wanted, longestBiddingSeconds - headRoomSeconds)
}
