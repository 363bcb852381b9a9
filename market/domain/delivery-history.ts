/** How awards to an encoder ended, weighted: what was kept, and what was not. */
export type Deliveries = { readonly kept: number; readonly faults: number }

/** What is known of how an encoder delivers, besides its reputation. */
export type DeliveryHistory = {
  /** What this creator has seen for itself. */
  readonly own: Deliveries
  /** What the chain says of its jobs with everybody. */
  readonly chain: Deliveries
}

const nothing: Deliveries = { kept: 0, faults: 0 }
export const noHistory: DeliveryHistory = { own: nothing, chain: nothing }

/** The most that each of the two adds to a price, in percent. */
const mostPercent = 25

/** Awards that nobody has seen yet count like this many, one of them a fault; where a job explores, none. */
const unseen = 2

/**
 * Percent by which a bid has to be cheaper for the deliveries of its author: 0 to 50. Whoever is not known is taken for half as bad as
 * the worst, so that a new name is hardly better than a bad one; in a job that explores, for as good as the best.
 */
export function historyPercent(
  { own, chain }: DeliveryHistory,
  { isExploring }: { readonly isExploring: boolean },
): number {
  const doubt = isExploring ? 0 : 1
  const share = ({ kept, faults }: Deliveries): number =>
    Math.floor((mostPercent * (faults + doubt)) / (faults + kept + unseen))
  return share(own) + share(chain)
}

/** Heavier marks count as several missed deliveries. */
const weights: Readonly<Partial<Record<string, number>>> = {
  late: 1,
  refunded: 1,
  lost: 4,
  'took-unearned': 4,
}

/** What the standing of an encoder says of its deliveries. They do not fade: a share is asked for, and not a sum. */
export function chainDeliveries(
  standing:
    | {
        readonly deeds: bigint | number
        /** What was held against it, and how often. */
        readonly marks: Iterable<readonly [mark: string, count: bigint | number]>
      }
    | undefined,
): Deliveries {
  if (!standing) return nothing
  const marks = [...standing.marks].map(([mark, count]) => [mark, Number(count)] as const)
  const marked = marks.reduce((sum, [, count]) => sum + count, 0)
  const faults = marks.reduce((sum, [mark, count]) => sum + (weights[mark] ?? 0) * count, 0)
  return { kept: Math.max(0, Number(standing.deeds) - marked), faults }
}

/** True of an author of whom nobody has seen a delivery, or the want of one. */
export function isUnseen({ own, chain }: DeliveryHistory): boolean {
  return own.kept + own.faults + chain.kept + chain.faults === 0
}
