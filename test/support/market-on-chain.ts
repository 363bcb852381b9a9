import type { Operation as HiveOperation } from '@hiveio/dhive'
import {
  customJson,
  escrowApprove,
  escrowDispute,
  escrowRelease,
  escrowTransfer,
} from '#market/domain/hive-operations.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import {
  aDelivery,
  anAward,
  anOffer,
  aRegistration,
  carol,
  cid,
  encoderProfile,
  escrowId,
  hbd,
  jobId,
  time,
} from './builders.ts'
import type { Signer, TestDevchain } from './devchain.ts'
import { testNetwork } from './test-chain.ts'

/** What the market did on a chain: jobs by their real operations, in real transactions, a block for each step. */
export type MarketOnChain = {
  /** Registers encoders, and carol as an arbiter. */
  register(...encoders: readonly HiveAccount[]): Promise<void>
  /** Does a job to its end; resolves to the id of the transaction of each step. */
  job(work: Work): Promise<{ readonly id: JobId; readonly transactions: readonly string[] }>
}

type Work = {
  readonly number: number
  readonly creator: HiveAccount
  readonly encoder: HiveAccount
  /** Milli-HBD. */
  readonly price: bigint
  /** Paid and rated, or disputed by the creator and ruled for the encoder. */
  readonly ending: 'paid' | 'disputed'
}

export function marketOn(chain: TestDevchain): MarketOnChain {
  const send = async (
    operations: readonly unknown[],
    ...signers: readonly Signer[]
  ): Promise<string> => {
    const id = await chain.broadcast(operations as readonly HiveOperation[], ...signers)
    chain.produceBlocks(1)
    return id
  }
  const say = (account: HiveAccount, operation: Operation): Promise<string> =>
    send([customJson(testNetwork.operationId, account, operation)], [account, 'posting'])

  return {
    register: async (...encoders) => {
      for (const account of encoders)
        await say(account, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))
      await say(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(10n) } }))
    },
    job: async ({ number, creator, encoder, price: milli, ending }) => {
      const id = jobId(creator, number)
      const price = hbd(milli)
      const now = chain.head.time
      const [bidsUntil, readyBy, deliverBy] = [60, 300, 600].map((seconds) => time(now + seconds))
      const offer = anOffer({
        job: id,
        ceiling: price,
        bidsUntil: bidsUntil!,
        deliverBy: deliverBy!,
      })
      const award = anAward({
        job: id,
        encoder,
        price,
        readyBy: readyBy!,
        escrow: escrowId(number),
      })
      const parties = { from: creator, to: encoder, agent: carol, escrow: award.escrow }
      const funding = escrowTransfer({
        ...parties,
        amount: price,
        fee: hbd(10n),
        meta: { app: testNetwork.operationId, job: id, bid: award.bid },
        ratificationDeadline: time(now + 200),
        expiration: time(now + 900),
      })
      await say(creator, offer)
      const transactions = [
        await send([funding, customJson(testNetwork.operationId, creator, award)], creator),
        await send([escrowApprove(parties, encoder, 'approve')], encoder),
        await send([escrowApprove(parties, carol, 'approve')], carol),
        await say(encoder, aDelivery(offer)),
      ]
      if (ending === 'paid') {
        const release = escrowRelease(parties, { who: creator, receiver: encoder, amount: price })
        transactions.push(
          await send([release], creator),
          await say(creator, { v: 1, t: 'encoder.rate', job: id, encoder, stars: 5 }),
        )
      } else {
        const ruling = {
          v: 1,
          t: 'job.ruling',
          job: id,
          root: cid('root'),
          verdict: 'pass',
          toEncoder: price,
          toCreator: hbd(0n),
          faults: [],
        } as const
        const release = escrowRelease(parties, { who: carol, receiver: encoder, amount: price })
        transactions.push(
          await send([escrowDispute(parties, creator)], creator),
          await send([release, customJson(testNetwork.operationId, carol, ruling)], carol),
        )
      }
      return { id, transactions }
    },
  }
}
