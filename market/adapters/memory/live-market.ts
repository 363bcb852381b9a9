import type { Bid, SealedBid } from '#protocol/bid.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Presence } from '#protocol/presence.ts'
import type { Progress } from '#protocol/progress.ts'
import type { LiveMarket } from '../../ports/live-market.ts'
import { createExpiringMap } from './expiring-map.ts'

/** How many of each are remembered; whoever floods a node with words crowds out words only. */
export type LiveLimits = {
  readonly offers: number
  readonly jobs: number
  readonly bidsOfJob: number
  readonly accounts: number
}

const usualLimits: LiveLimits = { offers: 1_000, jobs: 2_000, bidsOfJob: 100, accounts: 10_000 }

const minute = 60_000
/** As long as tables keep them. */
const lives = {
  offer: 10 * minute,
  bid: 1_440 * minute,
  progress: 5 * minute,
  presence: 3 * minute,
}

type LiveDeps = {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly isOnChain: (job: JobId) => boolean
}

/** What gossip said lately, in memory. */
export function createLiveMemory(
  { now, isOnChain }: LiveDeps,
  { offers: mostOffers, jobs, bidsOfJob, accounts }: LiveLimits = usualLimits,
): LiveMarket {
  const offers = createExpiringMap<JobId, JobOffer>(now, mostOffers)
  const bids = createExpiringMap<JobId, ReturnType<typeof bidsOf>>(now, jobs)
  const progress = createExpiringMap<`${JobId} ${HiveAccount}`, Progress>(now, jobs)
  const presence = createExpiringMap<HiveAccount, Presence>(now, accounts)
  const bidsOf = () => createExpiringMap<HiveAccount, Bid>(now, bidsOfJob)
  const liveBids = (job: JobId): readonly Bid[] => bids.get(job)?.values() ?? []
  const seals = createExpiringMap<JobId, ReturnType<typeof sealsOf>>(now, jobs)
  const sealsOf = () => createExpiringMap<HiveAccount, SealedBid>(now, bidsOfJob)
  const liveSeals = (job: JobId): readonly SealedBid[] => seals.get(job)?.values() ?? []
  const endOf = ({ job, expires }: Pick<Bid, 'job' | 'expires'>): number => {
    const isHeardOf = isOnChain(job) || offers.get(job) !== undefined
    return Math.min(now() + (isHeardOf ? lives.bid : lives.offer), expires * 1_000)
  }
  return {
    keepOffer: async (offer) => offers.set(offer.job, offer, now() + lives.offer),
    keepBid: async (bid) => {
      const ofJob = bids.get(bid.job) ?? bidsOf()
      ofJob.set(bid.encoder, bid, endOf(bid))
      bids.set(bid.job, ofJob, now() + lives.bid)
    },
    keepSeal: async (seal) => {
      const ofJob = seals.get(seal.job) ?? sealsOf()
      if (ofJob.get(seal.encoder)) return
      ofJob.set(seal.encoder, seal, endOf(seal))
      seals.set(seal.job, ofJob, now() + lives.bid)
    },
    keepProgress: async (said) => {
      const key = `${said.job} ${said.encoder}` as const
      if ((progress.get(key)?.sequence ?? -1) < said.sequence)
        progress.set(key, said, now() + lives.progress)
    },
    keepPresence: async (said) => {
      if ((presence.get(said.account)?.at ?? -1) < said.at)
        presence.set(said.account, said, now() + lives.presence)
    },
    offer: async (job) => offers.get(job) ?? null,
    offers: async (limit) =>
      offers
        .values()
        .filter(({ job }) => !isOnChain(job))
        .sort((left, right) => (left.job < right.job ? -1 : 1))
        .slice(0, limit),
    bids: async (job) => liveBids(job).toSorted(cheapestFirst),
    seals: async (job) => liveSeals(job).toSorted(byEncoder),
    countBids: async (asked) =>
      new Map(
        asked.flatMap((job) => {
          const bidders = [...liveBids(job), ...liveSeals(job)].map(({ encoder }) => encoder)
          const { size } = new Set(bidders)
          return size > 0 ? [[job, size] as const] : []
        }),
      ),
    progress: async (job) =>
      progress
        .values()
        .filter((said) => said.job === job)
        .sort(byEncoder),
    present: async (asked) =>
      asked
        .flatMap((account) => presence.get(account) ?? [])
        .sort((left, right) => (left.account < right.account ? -1 : 1)),
    countPresent: async () => presence.values().length,
    sweep: async () =>
      [offers, bids, seals, progress, presence].reduce((sum, { sweep }) => sum + sweep(), 0),
  }
}

function cheapestFirst(left: Bid, right: Bid): number {
  if (left.price !== right.price) return left.price < right.price ? -1 : 1
  return byEncoder(left, right)
}

type OfEncoder = { readonly encoder: HiveAccount }

function byEncoder(left: OfEncoder, right: OfEncoder): number {
  return left.encoder < right.encoder ? -1 : 1
}
