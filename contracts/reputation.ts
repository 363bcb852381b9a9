import type { BlockHeight, HiveAccount } from '#protocol/ids.ts'
import type { SettledJob } from './job.ts'
import type { Parameters } from './parameters.ts'

/**
 * What an account's settled jobs say of it. Every figure fades by half in {@link Parameters.reputation}.halfLifeBlocks,
 * and is kept with the height it was last brought up to, so that adding is independent of the order of unrelated jobs.
 */
export type Standing = {
  /** As an encoder: fading micro-HBD settled, by payer. One payer's money counts by its root, so many payers beat one. */
  readonly paidBy: ReadonlyMap<HiveAccount, Fading>
  /** Fading weight of faults as an encoder, in roots of micro-HBD. */
  readonly faults: Fading
  /** Jobs settled as an encoder, never fading: how well the score is known. */
  readonly settledJobs: number
  readonly lateJobs: number
  readonly refundedJobs: number
  readonly lostDisputes: number
  /** As a creator: jobs paid for, and disputes that went to the encoder. */
  readonly boughtJobs: number
  readonly wrongDisputes: number
  /** As an arbiter: escrows stood by for, and disputes ruled. */
  readonly arbitratedJobs: number
  readonly rulings: number
}

/** An amount that fades, exact at height `at`. */
type Fading = { readonly amount: bigint; readonly at: BlockHeight }

/** 0 to 1000, and how far it may be off. */
export type Score = { readonly score: number; readonly low: number; readonly high: number }

const micro = 1_000n

export function emptyStanding(height: BlockHeight): Standing {
  return {
    paidBy: new Map(),
    faults: { amount: 0n, at: height },
    settledJobs: 0,
    lateJobs: 0,
    refundedJobs: 0,
    lostDisputes: 0,
    boughtJobs: 0,
    wrongDisputes: 0,
    arbitratedJobs: 0,
    rulings: 0,
  }
}

/** The encoder's standing after a job was settled. Work that the encoder was not paid for is a fault, graded by how it ended. */
export function recordEncoder(
  standing: Standing,
  job: SettledJob,
  parameters: Parameters,
): Standing {
  const { height, time } = job.settledAt
  const { reputation } = parameters
  const isLate = (job.delivered?.at.time ?? time) > job.award.readyBy
  const isLost = job.dispute !== null && job.toCreator > 0n
  const isRefunded = !isLost && job.toCreator > 0n
  const size = squareRoot(job.award.price * micro)
  const weight =
    (isLate ? reputation.lateWeight : 0n) +
    (isRefunded ? reputation.refundWeight : 0n) +
    (isLost ? reputation.lostDisputeWeight : 0n)
  const paidBy = new Map(standing.paidBy)
  if (job.toEncoder > 0n) {
    paidBy.set(
      job.creator,
      add(standing.paidBy.get(job.creator), job.toEncoder * micro, height, parameters),
    )
  }
  return {
    ...standing,
    paidBy,
    faults: add(standing.faults, weight * size, height, parameters),
    settledJobs: standing.settledJobs + 1,
    lateJobs: standing.lateJobs + Number(isLate),
    refundedJobs: standing.refundedJobs + Number(isRefunded),
    lostDisputes: standing.lostDisputes + Number(isLost),
  }
}

/** The creator's standing after a job was settled: disputing work that the arbiter finds good is its fault. */
export function recordCreator(standing: Standing, job: SettledJob): Standing {
  const isWrong = job.dispute?.by === job.creator && job.toCreator === 0n
  return {
    ...standing,
    boughtJobs: standing.boughtJobs + 1,
    wrongDisputes: standing.wrongDisputes + Number(isWrong),
  }
}

/** The arbiter's standing after a job was settled. */
export function recordArbiter(standing: Standing, job: SettledJob): Standing {
  return {
    ...standing,
    arbitratedJobs: standing.arbitratedJobs + 1,
    rulings: standing.rulings + Number(job.dispute !== null),
  }
}

/** An encoder's score at a height: the same number for whoever folds the same blocks, in integers throughout. */
export function encoderScore(
  standing: Standing | undefined,
  height: BlockHeight,
  parameters: Parameters,
): Score {
  const known = standing ?? emptyStanding(height)
  const { start, goodHalf, faultHalf, bandStart, bandHalfJobs } = parameters.reputation
  let good = 0n
  for (const paid of known.paidBy.values()) good += squareRoot(fade(paid, height, parameters))
  const faults = fade(known.faults, height, parameters)
  const scale = squareRoot(micro)
  const earned = start + ((1_000n - start) * good) / (good + goodHalf * scale)
  const score = (earned * faultHalf * scale) / (faultHalf * scale + faults)
  const band = (bandStart * bandHalfJobs) / (bandHalfJobs + BigInt(known.settledJobs))
  return {
    score: Number(score),
    low: Number(score > band ? score - band : 0n),
    high: Number(score + band < 1_000n ? score + band : 1_000n),
  }
}

function add(
  fading: Fading | undefined,
  amount: bigint,
  height: BlockHeight,
  parameters: Parameters,
): Fading {
  const before = fading ? fade(fading, height, parameters) : 0n
  return { amount: before + amount, at: height }
}

/** Halves once per half-life; between two halvings it falls in a straight line, which needs no fraction. */
function fade({ amount, at }: Fading, height: BlockHeight, { reputation }: Parameters): bigint {
  const age = BigInt(height - at)
  const halved = amount >> (age / reputation.halfLifeBlocks)
  const rest = age % reputation.halfLifeBlocks
  return halved - (halved * rest) / (2n * reputation.halfLifeBlocks)
}

/** Largest integer whose square is not above `value`, by Newton's method. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << (BigInt(value.toString(2).length) / 2n + 1n)
  for (let next = (root + value / root) / 2n; next < root; next = (root + value / root) / 2n)
    root = next
  return root
}
