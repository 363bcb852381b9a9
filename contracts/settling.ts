import type { EncoderRate } from '#protocol/rating.ts'
import type { JobRuling } from '#protocol/ruling.ts'
import type { OperationContext } from './block-context.ts'
import type { ClosedEscrow, DisputedEscrow, FundedEscrow } from './escrow.ts'
import type {
  AcceptedJob,
  DeliveredJob,
  Job,
  JobFact,
  JobRefusal,
  OfferedJob,
  SettledJob,
} from './job.ts'
import type { Outcome } from './outcome.ts'
import { accepted, refused } from './outcome.ts'

/** awarded -> accepted: the escrow is funded, the encoder may start. */
export function acceptJob(
  job: Job,
  { fundedAt, approvals }: FundedEscrow,
): Outcome<AcceptedJob, JobFact, JobRefusal> {
  if (job.phase !== 'awarded') return refused('wrong-phase')
  return accepted({ ...job, phase: 'accepted', acceptedAt: fundedAt, approvals, dispute: null }, [
    { type: 'job-accepted', job: job.id },
  ])
}

/** awarded -> offered: a side refused or was silent; the creator has its money back and may award another bid. */
export function reopenJob(job: Job): Outcome<OfferedJob, JobFact, JobRefusal> {
  if (job.phase !== 'awarded') return refused('wrong-phase')
  const { award: _award, awardedAt: _awardedAt, ...rest } = job
  const { encoderClass: _class, hwAccel: _hwAccel, ...offered } = rest
  const rejectedAwards = job.rejectedAwards + 1
  return accepted({ ...offered, phase: 'offered', rejectedAwards }, [
    { type: 'job-reopened', job: job.id },
  ])
}

/** accepted | delivered -> the same, disputed. */
export function disputeJob(
  job: Job,
  escrow: DisputedEscrow,
): Outcome<AcceptedJob | DeliveredJob, JobFact, JobRefusal> {
  if (job.phase !== 'accepted' && job.phase !== 'delivered') return refused('wrong-phase')
  const dispute = { by: escrow.disputedBy, at: escrow.disputedAt }
  return accepted({ ...job, dispute }, [
    { type: 'job-disputed', job: job.id, by: escrow.disputedBy },
  ])
}

/** accepted | delivered -> settled: nothing is left in the escrow. */
export function settleJob(
  job: Job,
  escrow: ClosedEscrow,
): Outcome<SettledJob, JobFact, JobRefusal> {
  if (job.phase !== 'accepted' && job.phase !== 'delivered') return refused('wrong-phase')
  const settled: SettledJob = {
    ...job,
    phase: 'settled',
    delivered: job.phase === 'delivered' ? job.delivered : null,
    settledAt: escrow.closedAt,
    settledBy: escrow.releasedBy ?? job.creator,
    toEncoder: escrow.toEncoder,
    toCreator: escrow.toCreator,
    ruling: null,
    stars: null,
  }
  return accepted(settled, [{ type: 'job-settled', job: job.id }])
}

/** settled -> settled with its ruling, if the transaction's own releases did what the ruling says. */
export function ruleJob(
  job: Job | undefined,
  ruling: JobRuling,
  context: OperationContext,
): Outcome<SettledJob, JobFact, JobRefusal> {
  if (!job) return refused('job-unknown')
  if (job.phase !== 'settled' || job.ruling) return refused('wrong-phase')
  if (job.award.arbiter !== context.signer) return refused('not-the-arbiter')
  if (!job.dispute) return refused('not-disputed')
  if (job.settledAt.transaction !== context.transaction) return refused('amounts-differ')
  const agrees = ruling.toEncoder === job.toEncoder && ruling.toCreator === job.toCreator
  if (!agrees) return refused('amounts-differ')
  if (ruling.root !== job.delivered?.operation.root) return refused('root-differs')
  return accepted({ ...job, ruling }, [{ type: 'job-ruled', job: job.id }])
}

/** settled -> settled with stars: only by the account that paid. */
export function rateEncoder(
  job: Job | undefined,
  rating: EncoderRate,
  context: OperationContext,
): Outcome<SettledJob, JobFact, JobRefusal> {
  if (!job) return refused('job-unknown')
  if (job.phase !== 'settled') return refused('wrong-phase')
  if (job.creator !== context.signer) return refused('not-the-creator')
  if (job.award.encoder !== rating.encoder) return refused('not-the-encoder')
  if (job.toEncoder === 0n) return refused('not-paid')
  if (job.stars !== null) return refused('already-rated')
  return accepted({ ...job, stars: rating.stars }, [
    { type: 'encoder-rated', job: job.id, stars: rating.stars },
  ])
}
