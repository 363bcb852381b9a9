import type { JobAward } from '#protocol/award.ts'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import type { Choice } from './creator-job.ts'
import { customJson, escrowTransfer } from './hive-operations.ts'
import { escrowDeadlines } from './offer-terms.ts'

export type AwardTerms = {
  readonly creator: HiveAccount
  readonly operationId: string
  readonly offer: JobOffer
  readonly choice: Choice
  /** Of the chain's last block. */
  readonly now: ChainTime
  /** How long encoder and arbiter may take to stand by the escrow. */
  readonly ratificationSeconds: number
}

/** Money and award for one transaction under one active signature: never one without the other. */
export function awardOperations({
  creator,
  operationId,
  offer,
  choice: { bid, bidHash, arbiter, fee, escrow },
  now,
  ratificationSeconds,
}: AwardTerms): readonly HiveOperation[] {
  const { job } = bid
  const award: JobAward = {
    ...{ v: 1, t: 'job.award', job, encoder: bid.encoder, arbiter },
    ...{ price: bid.price, readyBy: bid.readyBy, bid: bidHash, escrow },
  }
  const funding = escrowTransfer({
    ...{ from: creator, to: bid.encoder, agent: arbiter, escrow, amount: bid.price, fee },
    meta: { app: operationId, job, bid: bidHash },
    ...escrowDeadlines(now, offer.deliverBy, ratificationSeconds),
  })
  return [funding, customJson(operationId, creator, award)]
}
