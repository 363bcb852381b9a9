import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { JobId, Sha256Hex } from '#protocol/ids.ts'
import type { CreatorJob, CreatorJobIn } from '../../domain/creator-job.ts'
import { biddingTimes, saltHashOf } from '../../domain/offer-terms.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { storeOffer } from './make-offer.ts'
import { feesAsked, mostCost } from './most-cost.ts'
import { isFitting } from './receive-bid.ts'

/**
 * Another job for the same video and on the same terms, where an encoder has failed one. A job has one award and one escrow, and hived
 * gives a funded escrow back on its receiver's or its agent's word alone: so the failed job goes its own way, to its refund or to a
 * late delivery that is paid as agreed, and this one is awarded to somebody else.
 */

/** In how many further jobs a creator tries to have a video made, and for how much while money is still held for it elsewhere. */
export type StandIns = {
  /** Jobs that may follow one another, each after the refund of the one before. */
  readonly most: number
  /**
   * The most that one may cost, fee included, while the escrow of the silent encoder still stands: what the creator may pay twice. Null
   * for none: then it waits for the refund.
   */
  readonly atOnce: MilliHbd | null
}

/** Milliseconds without a word after which an encoder is taken for lost: twice what makes it a silent one. */
export const lostAfterMs = 60_000

/** Offers a stand-in for a job at which a lost encoder may still be at work, where the creator allows the money. Idempotent. */
export function standInForLost(deps: CreatorDeps, job: CreatorJobIn<'awaiting-delivery'>): void {
  const { atOnce } = deps.options.standIns ?? noStandIns
  if (atOnce === null || job.standIn !== undefined) return
  if (mostCost(deps, job) > atOnce) return
  deps.state.atomically(() => {
    const standIn = offerStandIn(deps, job, job.choice.bid.encoder)
    if (standIn !== null) deps.jobs.save({ ...job, standIn })
  })
}

const noStandIns: StandIns = { most: 0, atOnce: null }

/** The name follows from the job's, so that a job has one stand-in, and anybody can tell whose it is. */
function standInOf({ account, sha256 }: Pick<CreatorDeps, 'account' | 'sha256'>, of: JobId): JobId {
  const reference = bytesToHex(sha256(utf8(`stand-in for ${of}`))).slice(0, 16)
  return JobId.parse(`${account}:${reference}`)
}

/** Offers the stand-in of a job, in one step with whatever surrounds it. Idempotent. Null where none may follow, or no arbiter would stand by. */
export function offerStandIn(
  deps: CreatorDeps,
  job: CreatorJob,
  without: HiveAccount,
): JobId | null {
  const { ledger, options, jobs, sha256 } = deps
  const left = job.standInsLeft ?? 0
  const { head, nodes } = ledger.current()
  if (job.standIn !== undefined) return job.standIn
  if (left === 0 || !head) return null
  const id = standInOf(deps, job.id)
  if (jobs.find(id)) return id
  const arbiters = job.offer.arbiters.filter((account) =>
    isFitting(nodes.get(account), job.fees?.get(account) ?? job.offer.ceiling),
  )
  if (arbiters.length === 0) return null
  const salt = Sha256Hex.parse(deps.randomHex(32))
  const bidding = job.offer.sealedUntil === undefined ? 'open' : 'sealed'
  const offer = {
    ...job.offer,
    ...biddingTimes(head.time, job.offer.grid, { ...options, bidding }),
    ...{ job: id, arbiters, saltHash: saltHashOf(salt, sha256) },
  }
  storeOffer(deps, {
    ...{ offer, salt, selection: job.selection ?? 'automatic' },
    releaseLimit: job.releaseLimit,
    ...{ standInsLeft: left - 1, standsInFor: job.id, setAside: [...job.setAside, without] },
    fees: new Map(arbiters.map((account) => [account, leastFee(deps, job, account)])),
  })
  saveJob(deps, job, { type: 'stand-in-offered', by: id, without })
  return id
}

/** What an arbiter asks now, and never more than it did for the first job. */
function leastFee(deps: CreatorDeps, { fees }: CreatorJob, arbiter: HiveAccount): MilliHbd {
  const now = feesAsked(deps, [arbiter]).get(arbiter) ?? milliHbd(0n)
  const before = fees?.get(arbiter)
  return before !== undefined && before < now ? before : now
}

/** The work is good: it is paid for, sooner or later. */
const endings: readonly CreatorJob['phase'][] = ['awaiting-release', 'settling', 'paid']

/**
 * What a stand-in that nobody was awarded yet has to do for the job it stands in for: wait while that is being checked, end when that is
 * paid, and go on otherwise.
 */
export function dutyOf(
  { jobs }: Pick<CreatorDeps, 'jobs'>,
  { standsInFor }: CreatorJob,
): 'wait' | 'end' | 'go on' {
  const first = standsInFor === undefined ? null : jobs.find(standsInFor)
  if (first?.phase === 'checking') return 'wait'
  return first && endings.includes(first.phase) ? 'end' : 'go on'
}
