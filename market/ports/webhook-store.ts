import type { TryOutcome } from './webhook-sender.ts'

/**
 * A delivery is `due` until one try is answered well (`delivered`) or all are used up (`dead`); its owner may make an ended one
 * due again. While it is due, one process at a time has it in lease.
 */
type DeliveryPhase = 'due' | 'delivered' | 'dead'

/** What one process may send now. */
export type LeasedDelivery = {
  /** Of the event: the same in every try. */
  readonly id: string
  readonly owner: string
  readonly url: string
  /** Sealed for the owner. */
  readonly secret: string
  readonly body: string
  /** Number of this try, from 1. Never the same twice, so it tells a late report from the present one. */
  readonly tries: number
  /** The number of the last try. */
  readonly triesAllowed: number
}

export type LeaseTerms = {
  readonly limit: number
  /** Most that may be under way for one owner, over all processes: one with slow addresses holds up nobody else. */
  readonly perOwner: number
  readonly now: Date
  readonly until: Date
}

/** Where a try leaves its delivery. */
export type DeliveryStep =
  | { readonly phase: 'delivered' | 'dead' }
  | { readonly phase: 'due'; readonly nextTryAt: Date }

/** A delivery as its owner sees it; the secret is not part of it. */
export type DeliveryRecord = {
  readonly id: string
  readonly job: string | null
  readonly sequence: number
  readonly type: string
  readonly url: string
  readonly body: string
  readonly phase: DeliveryPhase
  readonly tries: number
  readonly nextTryAt: Date | null
  readonly lastStatus: number | null
  readonly lastLatencyMs: number | null
  readonly lastAnswer: string | null
  readonly lastError: string | null
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

/** One line of the delivery log. A try that its process did not live to report has none. */
export type DeliveryTry = {
  readonly number: number
  readonly at: Date
  readonly status: number | null
  readonly latencyMs: number
  readonly answer: string | null
  readonly error: string | null
}

export type DeliveryQuery = {
  readonly job?: string
  readonly phase?: DeliveryPhase
  /** Id of the last one of the page before. */
  readonly after?: string
  readonly limit: number
}

export interface WebhookStore {
  /** Takes what is due, each for one caller only, oldest first. A lease that lapses makes its delivery due again. */
  lease(terms: LeaseTerms): Promise<readonly LeasedDelivery[]>
  /**
   * Logs a try and moves its delivery, in one transaction. A report that comes after its lease moves nothing, unless it is of a
   * success: what has arrived need not be sent again. Returns whether the delivery has moved.
   */
  record(
    delivery: Pick<LeasedDelivery, 'id' | 'tries'>,
    report: { readonly outcome: TryOutcome; readonly step: DeliveryStep; readonly at: Date },
  ): Promise<boolean>
  /** Gives a lease back whose try was broken off; the try is not counted. */
  release(delivery: Pick<LeasedDelivery, 'id' | 'tries'>, now: Date): Promise<void>
  /** Makes an owner's delivery due at once, with all tries before it. Returns whether there is such a one. */
  redeliver(owner: string, id: string, now: Date): Promise<boolean>
  /** Newest first. */
  list(owner: string, query: DeliveryQuery): Promise<readonly DeliveryRecord[]>
  /** The log of one delivery, first try first; null unless it is this owner's. */
  tries(owner: string, id: string): Promise<readonly DeliveryTry[] | null>
  /** Forgets what ended before. Returns how many. */
  prune(endedBefore: Date): Promise<number>
}
