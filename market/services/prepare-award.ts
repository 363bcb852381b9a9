import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import { awardOperations } from '../domain/award-operations.ts'
import type { Choice } from '../domain/creator-job.ts'
import { escrowIdOf } from '../domain/offer-terms.ts'
import { sealFaultsOf } from '../domain/sealed-bidding.ts'
import { MarketError } from '../errors.ts'
import type { ChainQueries } from '../ports/chain-queries.ts'
import type { LiveMarket } from '../ports/live-market.ts'

export type PrepareAwardDeps = {
  readonly chain: Pick<ChainQueries, 'at' | 'job' | 'node'>
  readonly live: Pick<LiveMarket, 'bids' | 'seals'>
  readonly operationId: string
  readonly sha256: Sha256
  readonly ratificationSeconds: number
}

export type AskedAward = {
  readonly creator: HiveAccount
  readonly job: JobId
  readonly encoder: HiveAccount
  readonly arbiter: HiveAccount | null
  /** How long encoder and arbiter may take to stand by the escrow; absent: as long as usual. */
  readonly ratificationSeconds?: number
}

export type PreparedAward = {
  readonly operations: readonly HiveOperation[]
  readonly choice: Choice
}

/**
 * The operations by which a creator awards its offer to a live bid, for a wallet to sign; nothing is sent, and no key is seen.
 * The escrow's number follows from job and attempt, so that signing twice funds no second escrow.
 * Throws `job-unknown`, `forbidden`, `escrow-refused` for an offer that is not open, `no-bids` or `arbiter-missing`.
 */
export function createPrepareAward(deps: PrepareAwardDeps) {
  return async (asked: AskedAward): Promise<PreparedAward> => {
    const [known, at] = await Promise.all([deps.chain.job(asked.job), deps.chain.at()])
    if (!known || !at) throw new MarketError('job-unknown', 'No such offer is on the chain yet.')
    const { job } = known
    if (job.creator !== asked.creator)
      throw new MarketError('forbidden', `Only @${job.creator} may award this offer.`)
    if (job.phase !== 'offered')
      throw new MarketError('escrow-refused', `The offer is ${job.phase} and takes no award now.`)
    const bids = await deps.live.bids(asked.job)
    const bid = bids.find(({ encoder }) => encoder === asked.encoder)
    if (!bid || bid.expires <= at.time)
      throw new MarketError('no-bids', `@${asked.encoder} has no bid for it that still holds.`)
    const seals = job.offer.sealedUntil === undefined ? [] : await deps.live.seals(asked.job)
    const fault = sealFaultsOf(job.offer, seals, deps.sha256)(bid)
    if (fault !== null) throw new MarketError('no-bids', `The bid of @${asked.encoder} ${fault}.`)
    const shared = bid.arbiters.filter((account) => job.offer.arbiters.includes(account))
    const named = asked.arbiter === null ? shared : shared.filter((name) => name === asked.arbiter)
    const choice: Choice = {
      bid,
      bidHash: bidHash(bid, deps.sha256),
      ...(await cheapest(deps.chain, named, job.offer.ceiling)),
      escrow: escrowIdOf(job.id, job.rejectedAwards + 1, deps.sha256),
    }
    const { operationId } = deps
    const { ratificationSeconds = deps.ratificationSeconds } = asked
    const operations = awardOperations({
      ...{ creator: job.creator, operationId, offer: job.offer, choice },
      ...{ now: at.time, ratificationSeconds },
    })
    return { operations, choice }
  }
}

/** Of these arbiters the one that asks least, if that is no more than so much: a fee can be changed at any time. */
async function cheapest(
  chain: Pick<ChainQueries, 'node'>,
  arbiters: readonly HiveAccount[],
  most: MilliHbd,
): Promise<Pick<Choice, 'arbiter' | 'fee'>> {
  if (arbiters.length === 0)
    throw new MarketError('arbiter-missing', 'Offer and bid have no such arbiter in common.')
  const asking = await Promise.all(
    arbiters.map(async (arbiter) => {
      const node = await chain.node(arbiter)
      return { arbiter, fee: node?.arbiter?.fee ?? milliHbd(0n) }
    }),
  )
  const [best] = asking
    .filter(({ fee }) => fee <= most)
    .toSorted((left, right) => Number(left.fee - right.fee))
  if (best) return best
  throw new MarketError(
    'arbiter-missing',
    'Every such arbiter asks more by now than the whole job may cost.',
  )
}
