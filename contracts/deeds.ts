import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { ChainPoint } from './block-context.ts'
import type { Dispute, Job, SettledJob } from './job.ts'
import type {
  ArbiterMark,
  CreatorMark,
  EncoderMark,
  Mark,
  ReputationParameters,
} from './parameters.ts'
import { parametersAt } from './parameters.ts'
import { owedFor, reviewRuling } from './ruling.ts'

/** What an account has a standing as. */
export type Role = 'encoder' | 'creator' | 'arbiter'

/** What a job says of one of its parties. */
export type Deed = {
  readonly account: HiveAccount
  readonly role: Role
  /** Whose custom it was: the creator's for an encoder and an arbiter, the encoder's for a creator. Null where none came of it. */
  readonly counterpart: HiveAccount | null
  readonly job: JobId
  readonly at: ChainPoint
  /** Micro-HBD of good work, before anything is said of whose custom it was. */
  readonly good: bigint
  /** Micro-HBD of faults, weighted. */
  readonly fault: bigint
  readonly marks: readonly Mark[]
}

/**
 * Everything a job says of its parties, as it stands now. A pure function of the job alone: what a later operation changes is
 * taken out of every sum as it went in, and put in anew.
 */
export function deedsOf(job: Job): readonly Deed[] {
  return job.phase === 'settled' ? [...silentDeeds(job), ...settledDeeds(job)] : silentDeeds(job)
}

function silentDeeds({ id, silences }: Job): readonly Deed[] {
  return silences.map(({ arbiter, price, lapsedAt }) => ({
    account: arbiter,
    role: 'arbiter',
    counterpart: null,
    job: id,
    at: lapsedAt,
    good: 0n,
    fault: faultOf(['silent'], price, parametersAt(lapsedAt.height).reputation),
    marks: ['silent'],
  }))
}

function settledDeeds(job: SettledJob): readonly Deed[] {
  const { award, creator, id, settledAt: at } = job
  const { reputation } = parametersAt(at.height)
  const counted = (amount: bigint): bigint => countedMoney(amount, job.fee, reputation)
  const paid = job.delivered ? job.toEncoder - job.taken.byEncoder : 0n
  const deed = (
    who: Pick<Deed, 'account' | 'role' | 'counterpart'>,
    good: bigint,
    marks: readonly Mark[],
  ): Deed => {
    const fault = faultOf(marks, award.price, reputation)
    return { ...who, job: id, at, good: marks.length > 0 ? 0n : good, fault, marks }
  }
  return [
    deed(
      { account: award.encoder, role: 'encoder', counterpart: creator },
      counted(paid),
      encoderMarks(job),
    ),
    deed(
      { account: creator, role: 'creator', counterpart: award.encoder },
      counted(paid),
      creatorMarks(job),
    ),
    deed(
      { account: award.arbiter, role: 'arbiter', counterpart: creator },
      counted(award.price),
      arbiterMarks(job, reputation),
    ),
  ]
}

/** A job that hardly anything was paid for standing by is hardly evidence: money that only goes round would cost nothing. */
function countedMoney(amount: bigint, fee: bigint, { feeMultiple }: ReputationParameters): bigint {
  return atMost(fee * feeMultiple, amount) * 1_000n
}

/** As heavy as the best that such a job can be credited for, times the weight of what is held against it. */
export function faultOf(
  marks: readonly Mark[],
  price: bigint,
  { voice, weights }: ReputationParameters,
): bigint {
  const weight = marks.reduce((sum, mark) => sum + weights[mark], 0n)
  return (weight * price * voice * 1_000n) / (price + voice)
}

function encoderMarks(job: SettledJob): readonly EncoderMark[] {
  const { delivered, dispute, taken, award, settledAt, toCreator } = job
  const marks: EncoderMark[] = []
  const isLost = dispute !== null && toCreator > dispute.before.toCreator
  // What the creator took back of delivered work is the creator's doing, not the encoder's.
  const givenBack = delivered ? toCreator - taken.byCreator : toCreator
  if ((delivered?.at.time ?? settledAt.time) > award.readyBy) marks.push('late')
  if (!isLost && givenBack > 0n) marks.push('refunded')
  if (isLost) marks.push('lost')
  if (!delivered && taken.byEncoder > 0n) marks.push('took-unearned')
  return marks
}

function creatorMarks({
  delivered,
  dispute,
  taken,
  toCreator,
  award,
}: SettledJob): readonly CreatorMark[] {
  if (!delivered) return []
  const marks: CreatorMark[] = []
  const isWon = dispute !== null && toCreator === dispute.before.toCreator
  if (isWon && dispute.by !== award.encoder) marks.push('wrong-dispute')
  if ((isWon && dispute.by === award.encoder) || taken.byEncoder > 0n) marks.push('withheld')
  if (taken.byCreator > 0n) marks.push('took-back')
  return marks
}

function arbiterMarks(
  job: SettledJob,
  { rulingSeconds }: ReputationParameters,
): readonly ArbiterMark[] {
  const { dispute, settledAt, ruling } = job
  if (!dispute) return []
  const marks: ArbiterMark[] = []
  if (settledAt.time > rulingDue(dispute.at, job, rulingSeconds)) marks.push('slow')
  if (!ruling) marks.push('unexplained')
  if (isAgainstEvidence(job, dispute)) marks.push('against-evidence')
  if (isContradicted(job)) marks.push('contradicted')
  return marks
}

/** When a dispute should be ruled: nothing can be said of work before its deadline. */
export function rulingDue(
  disputed: ChainPoint,
  { offer }: Pick<Job, 'offer'>,
  rulingSeconds: number,
): number {
  return Math.max(disputed.time, offer.deliverBy) + rulingSeconds
}

/** Paid for what never came, or otherwise than the faults that it names itself make of the price. */
function isAgainstEvidence(job: SettledJob, { before }: Dispute): boolean {
  const { award, delivered, toEncoder, ruling } = job
  if (!ruling) return !delivered && toEncoder > before.toEncoder
  // What had been released before the dispute was not the arbiter's to give.
  const asOwed = atLeast(before.toEncoder, owedFor(job, ruling.faults))
  return toEncoder !== atMost(award.price - before.toCreator, asOwed)
}

function atLeast(least: bigint, value: bigint): bigint {
  return value < least ? least : value
}

function atMost(most: bigint, value: bigint): bigint {
  return value > most ? most : value
}

/** The creator named these arbiters before anything was disputed; what a passer-by attests is no evidence. */
function isContradicted(job: SettledJob): boolean {
  const { award, offer, creator } = job
  const parties = [award.arbiter, award.encoder, creator]
  return (reviewRuling(job)?.contradicting ?? []).some(
    (by) => offer.arbiters.includes(by) && !parties.includes(by),
  )
}
