import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { SettlingAct } from '#protocol/api/community.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import { escrowDispute, escrowRelease } from '../domain/hive-operations.ts'
import { MarketError } from '../errors.ts'
import type { ChainEvent, ChainQueries } from '../ports/chain-queries.ts'

export type AskedSettling = {
  readonly caller: HiveAccount
  readonly job: JobId
  readonly act: SettlingAct
}

export type PreparedSettling = {
  readonly operations: readonly HiveOperation[]
  readonly amount: MilliHbd
  readonly arbiter: HiveAccount
}

/**
 * The operation by which a side of a job's escrow settles it, or has its arbiter settle it, for a wallet to sign; nothing is sent, and no key
 * is seen. Signed twice, the chain takes the first: the second finds nothing left.
 * Throws `job-unknown`, `forbidden` for who may not, and `escrow-refused` where the escrow holds nothing for them to decide about.
 */
export function createPrepareSettling({ chain }: { readonly chain: Pick<ChainQueries, 'job'> }) {
  return async ({ caller, job: id, act }: AskedSettling): Promise<PreparedSettling> => {
    const known = await chain.job(id)
    if (!known) throw new MarketError('job-unknown', 'No such job is on the chain yet.')
    const { job, events } = known
    if (job.phase !== 'accepted' && job.phase !== 'delivered')
      throw new MarketError('escrow-refused', `The job is ${job.phase}: its escrow holds nothing.`)
    const { encoder, arbiter, escrow, price } = job.award
    const mayAct = { release: [job.creator], refund: [encoder], dispute: [job.creator, encoder] }
    if (!mayAct[act].includes(caller))
      throw new MarketError('forbidden', `Only @${mayAct[act].join(' or @')} may do that.`)
    if (job.dispute)
      throw new MarketError('escrow-refused', 'The job is disputed: its arbiter decides.')
    const parties = { from: job.creator, to: encoder, agent: arbiter, escrow }
    const amount = milliHbd(price - released(events))
    const receiver = act === 'release' ? encoder : job.creator
    const operation =
      act === 'dispute'
        ? escrowDispute(parties, caller)
        : escrowRelease(parties, { who: caller, receiver, amount })
    return { operations: [operation], amount, arbiter }
  }
}

/** What has left the escrow of the award that stands. */
function released(events: readonly ChainEvent[]): bigint {
  const since = events.findLastIndex(({ type }) => type === 'job-awarded')
  return events
    .slice(since + 1)
    .filter(({ type }) => type === 'escrow-paid' || type === 'escrow-returned')
    .reduce((sum, { amount }) => sum + (amount ?? 0n), 0n)
}
