import { createDraft } from '#contracts/draft.ts'
import type { Delivery, SettledJob } from '#contracts/job.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { followJob } from '#contracts/standing.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { JobId } from '#protocol/ids.ts'
import {
  aDelivery,
  anAward,
  anOffer,
  bob,
  carol,
  hashHex,
  hbd,
  height,
  time,
  transactionId,
} from './builders.ts'
import { genesis } from './test-chain.ts'

/** Who had a job done by whom for how much, and when it was settled. */
export type Deal = {
  readonly creator: HiveAccount
  readonly encoder?: HiveAccount
  readonly arbiter?: HiveAccount
  /** Milli-HBD. */
  readonly price: bigint
  readonly fee?: bigint
  /** Height of the settlement. */
  readonly at?: number
}

export const settledHeight = 1_000

/** Where something happened, each time in a transaction of its own. */
export const pointOf = (what: string, at = settledHeight) => ({
  height: height(at),
  time: time(1_000_000 + 3 * at),
  transaction: transactionId(`${what} ${at}`),
})

const promised = time(2_000_000_000)

/** A job that was done, delivered in time and paid in full, unless told otherwise. */
export function aSettledJob(deal: Deal, overrides: Partial<SettledJob> = {}): SettledJob {
  const { creator, encoder = bob, arbiter = carol, price, fee = price, at = settledHeight } = deal
  const seed = JSON.stringify([deal, overrides], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
  const id = JobId.parse(`${creator}:${hashHex(seed).slice(0, 16)}`)
  const offer = anOffer({ job: id, deliverBy: promised })
  const [offered, awarded, accepted] = [-30, -20, -15].map((blocks) =>
    pointOf(`${id} ${blocks}`, Math.max(1, at + blocks)),
  ) as [ReturnType<typeof pointOf>, ReturnType<typeof pointOf>, ReturnType<typeof pointOf>]
  return {
    phase: 'settled',
    id,
    creator,
    offer,
    offeredAt: offered,
    rejectedAwards: 0,
    silences: [],
    award: anAward({ job: id, encoder, arbiter, price: hbd(price), readyBy: promised }),
    awardedAt: awarded,
    hwAccel: 'none',
    encoderClass: null,
    acceptedAt: accepted,
    approvals: [],
    fee: hbd(fee),
    dispute: null,
    delivered: deliveryOf(offer, at),
    settledAt: pointOf(`${id} settled`, at),
    settledBy: creator,
    toEncoder: hbd(price),
    toCreator: hbd(0n),
    taken: { byEncoder: hbd(0n), byCreator: hbd(0n) },
    ruling: null,
    stars: null,
    ratedAt: null,
    ...overrides,
  }
}

function deliveryOf(offer: SettledJob['offer'], at: number): Delivery {
  return {
    operation: aDelivery(offer),
    at: pointOf(`${offer.job} delivered`, Math.max(1, at - 10)),
    beacon: [],
    challengeLeaves: 5,
    attestations: [],
  }
}

/** What a job looks like that ended badly for its encoder. */
export const ends = {
  late: (job: SettledJob): SettledJob => ({
    ...job,
    award: { ...job.award, readyBy: time(1) },
  }),
  refunded: (job: SettledJob): SettledJob => ({
    ...job,
    delivered: null,
    settledBy: job.award.encoder,
    toEncoder: hbd(0n),
    toCreator: job.award.price,
  }),
  lost: (job: SettledJob): SettledJob => ({
    ...ruled(job, 'fail'),
    toEncoder: hbd(0n),
    toCreator: job.award.price,
  }),
  won: (job: SettledJob): SettledJob => ruled(job, 'pass'),
}

/** A job whose creator disputed it, and what the arbiter found. */
export function ruled(job: SettledJob, verdict: 'pass' | 'fail'): SettledJob {
  const { price, arbiter } = job.award
  const isPass = verdict === 'pass'
  return {
    ...job,
    dispute: {
      by: job.creator,
      at: job.settledAt,
      before: { toEncoder: hbd(0n), toCreator: hbd(0n) },
    },
    settledBy: arbiter,
    toEncoder: isPass ? price : hbd(0n),
    toCreator: isPass ? hbd(0n) : price,
    ruling: {
      v: 1,
      t: 'job.ruling',
      job: job.id,
      verdict,
      toEncoder: isPass ? price : hbd(0n),
      toCreator: isPass ? hbd(0n) : price,
      faults: isPass ? [] : [{ code: 'unavailable' }],
    },
  }
}

/** The ledger after these jobs, settled in this order. */
export function ledgerAfter(jobs: readonly SettledJob[]): Ledger {
  const draft = createDraft(genesis())
  for (const [index, job] of jobs.entries()) {
    // Deals may be equal; jobs never are.
    const id = JobId.parse(`${job.creator}:${hashHex(`${job.id} ${index}`).slice(0, 16)}`)
    const named = { ...job, id }
    draft.set('jobs', id, named)
    followJob(draft, undefined, named)
  }
  return draft.ledger()
}
