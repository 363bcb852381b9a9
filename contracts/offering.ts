import type { MilliHbd } from '#protocol/amount.ts'
import type { JobAward } from '#protocol/award.ts'
import { classOf } from '#protocol/encoder.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { JobCancel, JobOffer } from '#protocol/offer.ts'
import type { OperationContext } from './block-context.ts'
import { chainPoint } from './block-context.ts'
import type { Escrow } from './escrow.ts'
import type { AwardedJob, CancelledJob, Job, JobFact, JobRefusal, OfferedJob } from './job.ts'
import type { Outcome } from './outcome.ts'
import { accepted, refused } from './outcome.ts'
import type { NodeRecord } from './registry.ts'

/** (none) -> offered. */
export function offerJob(
  job: Job | undefined,
  offer: JobOffer,
  context: OperationContext,
): Outcome<OfferedJob, JobFact, JobRefusal> {
  if (jobCreator(offer.job) !== context.signer) return refused('not-the-creator')
  if (job) return refused('job-exists')
  if (offer.bidsUntil > offer.deliverBy) return refused('deadlines-disordered')
  if (offer.sealedUntil !== undefined && offer.sealedUntil >= offer.bidsUntil)
    return refused('deadlines-disordered')
  if (offer.deliverBy <= context.time) return refused('deadline-passed')
  if (!isCopyPossible(offer)) return refused('copied-rendition-unknown')
  const offered: OfferedJob = {
    phase: 'offered',
    id: offer.job,
    creator: context.signer,
    offer,
    offeredAt: chainPoint(context),
    rejectedAwards: 0,
    silences: [],
  }
  return accepted(offered, [{ type: 'job-offered', job: offer.job }])
}

/** A copied rendition is one of the ladder, and its key frames are the grid's. */
function isCopyPossible({ copied, ladder, grid }: JobOffer): boolean {
  if (copied === undefined) return grid.lengths === undefined
  return grid.lengths !== undefined && ladder.some(({ name }) => name === copied)
}

/** offered -> cancelled. */
export function cancelJob(
  job: Job | undefined,
  _action: JobCancel,
  context: OperationContext,
): Outcome<CancelledJob, JobFact, JobRefusal> {
  if (!job) return refused('job-unknown')
  if (job.creator !== context.signer) return refused('not-the-creator')
  if (job.phase !== 'offered') return refused('wrong-phase')
  return accepted({ ...job, phase: 'cancelled', cancelledAt: chainPoint(context) }, [
    { type: 'job-cancelled', job: job.id },
  ])
}

/** What an award is judged against besides the job: the escrow of the same transaction, and both nodes. */
export type AwardEvidence = {
  readonly escrow: Escrow | undefined
  readonly encoder: NodeRecord | undefined
  readonly arbiter: NodeRecord | undefined
}

/** offered -> awarded, if the escrow opened by the same transaction holds exactly what the award says. */
export function awardJob(
  job: Job | undefined,
  award: JobAward,
  evidence: AwardEvidence,
  context: OperationContext,
): Outcome<AwardedJob, JobFact, JobRefusal> {
  if (!job) return refused('job-unknown')
  if (job.creator !== context.signer) return refused('not-the-creator')
  if (job.phase !== 'offered') return refused('wrong-phase')
  const refusal =
    termsRefusal(job.offer, award, evidence, context) ?? escrowRefusal(award, evidence, context)
  if (refusal) return refused(refusal)
  const profile = evidence.encoder?.encoder
  const encoderClass = profile ? classOf(profile, job.offer.recipe) : null
  const means = { encoderClass, hwAccel: profile?.hwAccel ?? 'none' }
  return accepted({ ...job, phase: 'awarded', award, awardedAt: chainPoint(context), ...means }, [
    { type: 'job-awarded', job: job.id },
  ])
}

function termsRefusal(
  offer: JobOffer,
  award: JobAward,
  { encoder, arbiter }: AwardEvidence,
  context: OperationContext,
): JobRefusal | null {
  if (award.encoder === context.signer) return 'self-award'
  if (!hasRole(encoder, 'encoder')) return 'encoder-not-registered'
  if (!offer.arbiters.includes(award.arbiter)) return 'arbiter-not-offered'
  if (!hasRole(arbiter, 'arbiter')) return 'arbiter-not-registered'
  if (award.price > offer.ceiling) return 'over-ceiling'
  if (award.readyBy > offer.deliverBy) return 'ready-too-late'
  if (award.readyBy <= context.time) return 'deadline-passed'
  return null
}

function escrowRefusal(
  award: JobAward,
  { escrow }: AwardEvidence,
  context: OperationContext,
): JobRefusal | null {
  if (!escrow || escrow.terms.opened.transaction !== context.transaction) return 'escrow-missing'
  const { terms } = escrow
  const paid: MilliHbd = award.price
  const agrees =
    terms.to === award.encoder &&
    terms.agent === award.arbiter &&
    terms.hbd === paid &&
    terms.meta.job === award.job &&
    terms.meta.bid === award.bid
  return agrees ? null : 'escrow-differs'
}

function hasRole(node: NodeRecord | undefined, role: 'encoder' | 'arbiter'): boolean {
  return node?.phase === 'active' && node.roles.includes(role)
}
