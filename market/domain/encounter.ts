import type { ChainTime, HiveAccount, JobId } from '#protocol/ids.ts'
import { ChainTime as Time } from '#protocol/ids.ts'
import type { Deliveries } from './delivery-history.ts'

/** What a creator has seen of an encoder in one of its own jobs. */
export type Encounter = {
  readonly encoder: HiveAccount
  readonly job: JobId
  readonly kind: EncounterKind
  readonly at: ChainTime
}

/** How heavy each is; what is kept weighs nothing. */
const faultWeights = {
  /** Delivered by the promised time. */
  delivered: 0,
  late: 1,
  /** Said nothing for some beats while it was at work. */
  silent: 1,
  /** Did not stand by an award of its firm bid. */
  unapproved: 2,
  /** Gave the money back. */
  returned: 2,
  /** Was disputed, and the money came back. */
  failed: 4,
  /** Sealed a bid and never opened it. */
  unrevealed: 2,
  /** Opened another bid than the sealed one. */
  misrevealed: 4,
} as const
export type EncounterKind = keyof typeof faultWeights

/** Seconds for which an encounter counts: 30 days. */
export const encounterSeconds = 2_592_000

/** Sums over what one encoder did. */
export function ownDeliveries(encounters: readonly Encounter[]): Deliveries {
  const kept = encounters.filter(({ kind }) => kind === 'delivered').length
  const faults = encounters.reduce((sum, { kind }) => sum + faultWeights[kind], 0)
  return { kept, faults }
}

const firstBackOffSeconds = 120
const longestBackOffSeconds = 86_400

/**
 * Until when an encoder is set aside by this creator: for two minutes after it has failed, twice as long after each further failure in a
 * row, for a day at the most; null where it has not, or has delivered since. Lateness is no failure.
 */
export function setAsideUntil(encounters: readonly Encounter[]): ChainTime | null {
  const inOrder = encounters.toSorted((left, right) => left.at - right.at)
  const since = inOrder.slice(inOrder.findLastIndex(({ kind }) => kind === 'delivered') + 1)
  const failures = since.filter(({ kind }) => kind !== 'late' && kind !== 'delivered')
  const last = failures.at(-1)
  if (!last) return null
  const seconds = firstBackOffSeconds * 2 ** (failures.length - 1)
  return Time.parse(last.at + Math.min(longestBackOffSeconds, seconds))
}
