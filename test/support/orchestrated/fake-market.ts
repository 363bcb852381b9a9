import type { ChainPoint } from '#contracts/block-context.ts'
import type { Job } from '#contracts/job.ts'
import type { NodeRecord } from '#contracts/registry.ts'
import { escrowIdOf } from '#market/domain/offer-terms.ts'
import type { ChainQueries } from '#market/ports/chain-queries.ts'
import type { LiveMarket } from '#market/ports/live-market.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { Bid } from '#protocol/bid.ts'
import type { Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { TierReasonIn } from '#protocol/tier-reason.ts'
import {
  aBid,
  anAward,
  anOffer,
  aRegistration,
  blockId,
  carol,
  cid,
  encoderProfile,
  hbd,
  height,
  sha256,
  time,
  transactionId,
} from '../builders.ts'
import { startTime } from '../test-chain.ts'

const firmSeconds = 7_200

/** A chain and its gossip, as far as somebody sees of them who only reads. Everybody is registered; @carol is the arbiter. */
export function fakeMarket() {
  let nowMs = startTime * 1_000
  const seconds = () => Math.floor(nowMs / 1_000)
  const jobs = new Map<JobId, Job>()
  const bids = new Map<JobId, Bid[]>()
  const point = (): ChainPoint => ({
    ...{ height: height(Math.floor((seconds() - startTime) / 3) + 1), time: time(seconds()) },
    transaction: transactionId(`${seconds()}`),
  })
  const change = <P extends Job['phase']>(
    id: JobId,
    from: P,
    to: (job: Job & { phase: P }) => Job,
  ) => {
    const job = jobs.get(id)
    if (job?.phase !== from) return false
    jobs.set(id, to(job as Job & { phase: P }))
    return true
  }
  const paid = new Map<JobId, bigint>()
  const escrowOf = ({ id, rejectedAwards }: Job) => escrowIdOf(id, rejectedAwards + 1, sha256)
  const award = (id: JobId, encoder: HiveAccount, price: MilliHbd): boolean =>
    change(id, 'offered', (job) => ({
      ...job,
      ...{ phase: 'awarded', awardedAt: point(), hwAccel: 'none', encoderClass: cid('class') },
      award: anAward({ job: id, encoder, price, escrow: escrowOf(job) }),
    }))
  const chain: Pick<ChainQueries, 'at' | 'job' | 'node' | 'reputation'> = {
    at: async () => ({ ...point(), block: blockId(1) }),
    job: async (id) => {
      const job = jobs.get(id)
      return job ? { job, events: [], escrow: null } : null
    },
    node: async (account) => registered(account),
    reputation: async (account) => ({ account, at: null, scores: [] }),
  }
  const live: Pick<LiveMarket, 'bids' | 'seals'> = {
    bids: async (id) => (bids.get(id) ?? []).filter(({ expires }) => expires > seconds()),
    seals: async () => [],
  }
  return {
    ...{ chain, live },
    phaseOf: (id: JobId) => jobs.get(id)?.phase ?? null,
    advance: (ms: number) => {
      nowMs += ms
    },
    offer: (id: JobId, source: Cid, { ceiling, bidSeconds = 60 }: OfferWish): void => {
      if (jobs.has(id)) return
      const deadlines = { bidsUntil: time(seconds() + bidSeconds), deliverBy: time(2 ** 31) }
      const usual = anOffer()
      const wanted = { job: id, ceiling, ...deadlines, source: { ...usual.source, cid: source } }
      jobs.set(id, {
        ...{ phase: 'offered', id, creator: jobCreator(id), offer: anOffer(wanted) },
        ...{ offeredAt: point(), rejectedAwards: 0, silences: [] },
      })
    },
    bid: (id: JobId, encoder: HiveAccount, price: MilliHbd): void => {
      const promised = { readyBy: time(2 ** 31 - 1), expires: time(seconds() + firmSeconds) }
      const others = (bids.get(id) ?? []).filter((bid) => bid.encoder !== encoder)
      const made = [...others, aBid({ job: id, encoder, price, ...promised })]
      bids.set(
        id,
        made.sort((left, right) => Number(left.price - right.price)),
      )
    },
    /** An award as a wallet was asked for it: good until its time, and for one escrow. */
    sign: ({ marketJob: id, encoder, price, escrow, until }: TierReasonIn<'signature-wanted'>) => {
      const job = jobs.get(id)
      if (job?.phase !== 'offered' || nowMs >= Date.parse(until)) return false
      return escrow === escrowOf(job) && award(id, encoder, price)
    },
    isBidding: (id: JobId): boolean => {
      const job = jobs.get(id)
      return job?.phase === 'offered' && seconds() < job.offer.bidsUntil
    },
    awardCheapest: (id: JobId): boolean => {
      const [bid] = bids.get(id) ?? []
      return bid !== undefined && bid.price <= 100n && award(id, bid.encoder, bid.price)
    },
    /** One side did not stand by the escrow. */
    reject: (id: JobId): boolean =>
      change(
        id,
        'awarded',
        ({ id: same, creator, offer, offeredAt, rejectedAwards, silences }) => ({
          ...{ phase: 'offered', id: same, creator, offer, offeredAt, silences },
          rejectedAwards: rejectedAwards + 1,
        }),
      ),
    cancel: (id: JobId): boolean =>
      change(id, 'offered', (job) => ({ ...job, phase: 'cancelled', cancelledAt: point() })),
    /** The escrow ends: for the encoder, or back to its owner. */
    settle: (id: JobId, isPaid: boolean): boolean =>
      change(id, 'awarded', (job) => {
        if (isPaid) paid.set(id, job.award.price)
        return {
          ...job,
          ...{ phase: 'settled', acceptedAt: point(), approvals: [], fee: hbd(1n), dispute: null },
          ...{ delivered: null, settledAt: point(), settledBy: job.creator, ruling: null },
          ...{ toEncoder: hbd(0n), toCreator: hbd(0n), stars: null, ratedAt: null },
          taken: { byEncoder: hbd(0n), byCreator: hbd(0n) },
        }
      }),
    paidFor: (id: JobId): bigint => paid.get(id) ?? 0n,
  }
}

type OfferWish = { readonly ceiling: MilliHbd; readonly bidSeconds?: number }

function registered(account: HiveAccount): NodeRecord {
  const role = account === carol ? { arbiter: { fee: hbd(1n) } } : { encoder: encoderProfile }
  return { ...aRegistration(role), account, phase: 'active' } as unknown as NodeRecord
}
