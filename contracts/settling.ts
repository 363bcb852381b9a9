import type { EncoderRate } from '#protocol/rating.ts'
import type { JobRuling } from '#protocol/ruling.ts'
import type { OperationContext } from './block-context.ts'
import { chainPoint } from './block-context.ts'
import type { ClosedEscrow, DisputedEscrow, FundedEscrow } from './escrow.ts'
import type {
  AcceptedJob,
  AwardedJob,
  DeliveredJob,
  Job,
  JobFact,
  JobRefusal,
  OfferedJob,
  SettledJob,
  Silence,
} from './job.ts'
import type { Outcome } from './outcome.ts'
import { accepted, refused } from './outcome.ts'
import { parametersAt } from './parameters.ts'

/** awarded -> accepted: the escrow is funded, the encoder may start. */
export function acceptJob(
  job: Job,
  { fundedAt, approvals, terms }: FundedEscrow,
): Outcome<AcceptedJob, JobFact, JobRefusal> {
  if (job.phase !== 'awarded') return refused('wrong-phase')
  const standing = { acceptedAt: fundedAt, approvals, fee: terms.fee, dispute: null }
  return accepted({ ...job, phase: 'accepted', ...standing }, [
    { type: 'job-accepted', job: job.id },
  ])
}

/** awarded -> offered: a side refused or was silent; the creator has its money back and may award another bid. */
export function reopenJob(
  job: Job,
  escrow: ClosedEscrow,
): Outcome<OfferedJob, JobFact, JobRefusal> {
  if (job.phase !== 'awarded') return refused('wrong-phase')
  const silences = [...job.silences, ...silenceOf(job, escrow)]
  const { award: _award, awardedAt: _awardedAt, ...rest } = job
  const { encoderClass: _class, hwAccel: _hwAccel, ...offered } = rest
  const rejectedAwards = job.rejectedAwards + 1
  return accepted({ ...offered, phase: 'offered', rejectedAwards, silences }, [
    { type: 'job-reopened', job: job.id },
  ])
}

/** The arbiter's silence, if the escrow came to nothing by it and there was time to speak. */
function silenceOf(
  { award: { arbiter, price }, awardedAt }: AwardedJob,
  { reason, approvals, terms, closedAt }: ClosedEscrow,
): readonly Silence[] {
  const { answerSeconds } = parametersAt(closedAt.height).reputation
  const isShort = terms.ratificationDeadline - terms.opened.time < answerSeconds
  if (reason !== 'lapsed' || isShort || approvals.some(({ by }) => by === arbiter)) return []
  return [{ arbiter, price, awardedAt, lapsedAt: closedAt }]
}

/** accepted | delivered -> the same, disputed. */
export function disputeJob(
  job: Job,
  escrow: DisputedEscrow,
): Outcome<AcceptedJob | DeliveredJob, JobFact, JobRefusal> {
  if (job.phase !== 'accepted' && job.phase !== 'delivered') return refused('wrong-phase')
  const { disputedBy: by, disputedAt: at, toEncoder, toCreator } = escrow
  const dispute = { by, at, before: { toEncoder, toCreator } }
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
    taken: escrow.taken,
    ruling: null,
    stars: null,
    ratedAt: null,
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
  return accepted({ ...job, stars: rating.stars, ratedAt: chainPoint(context) }, [
    { type: 'encoder-rated', job: job.id, stars: rating.stars },
  ])
}
