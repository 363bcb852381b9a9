import { customJson, escrowTransfer } from '#market/domain/hive-operations.ts'
import type { Bid } from '#protocol/bid.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { JobId } from '#protocol/ids.ts'
import { account, anAward, anOffer, escrowId, hbd, jobId, sha256, time } from '../builders.ts'
import { testNetwork } from '../test-chain.ts'
import type { Stage } from './stage.ts'
import { byHand, chainTime, day, fee, say, until } from './stage.ts'

const creator = account('creator')
const encoder = account('encoder')
const arbiter = account('arbiter')

/** The number of every escrow that is opened by hand. */
const escrow = escrowId(77)

/** Offers a job while the creator's node is off, so that its owner can award by hand, and waits for a bid. */
export async function offerByHand(stage: Stage): Promise<JobId> {
  const id = jobId('creator', 1)
  stage.behaviour.asleep.add('creator')
  const now = chainTime(stage)
  const offer = anOffer({
    job: id,
    bidsUntil: time(now + 60),
    deliverBy: time(now + 10_000),
    ceiling: hbd(1_000n),
    arbiters: [arbiter],
  })
  await say(stage, 'creator', offer)
  await until(stage, () => stage.bids.length > 0)
  return id
}

/** Awards a bid by hand. Rejects as the chain does. */
export async function awardByHand(
  stage: Stage,
  bid: Bid,
  terms: { readonly fee: bigint } = { fee },
): Promise<void> {
  const { job, price, readyBy } = bid
  const hash = bidHash(bid, sha256)
  const now = chainTime(stage)
  const funding = escrowTransfer({
    ...{ from: creator, to: encoder, agent: arbiter, escrow },
    amount: price,
    fee: hbd(terms.fee),
    meta: { app: testNetwork.operationId, job, bid: hash },
    ratificationDeadline: time(now + 60),
    expiration: time(now + day),
  })
  const award = anAward({ job, encoder, arbiter, price, readyBy, bid: hash, escrow })
  await byHand(stage, 'creator', funding, customJson(testNetwork.operationId, creator, award))
}

/** The bid that counts: an encoder makes another once one has come to nothing. */
export function lastBid({ bids }: Stage): Bid {
  const bid = bids.at(-1)
  if (!bid) throw new Error('nobody has bid')
  return bid
}
