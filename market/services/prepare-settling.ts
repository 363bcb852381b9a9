import { inForceFrom } from '#contracts/activation.ts'
import type { Escrow } from '#contracts/escrow.ts'
import type { Job } from '#contracts/job.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { SettlingAct } from '#protocol/api/community.ts'
import type { JobEvidence } from '#protocol/dispute.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import {
  customJson,
  escrowDispute,
  escrowRelease,
  partiesOfEscrow,
} from '../domain/hive-operations.ts'
import { settlingActs } from '../domain/settling-acts.ts'
import { MarketError } from '../errors.ts'
import type { ChainQueries } from '../ports/chain-queries.ts'

export type AskedSettling = {
  readonly caller: HiveAccount
  readonly job: JobId
  readonly act: SettlingAct
  /** What the caller has to say of a dispute. */
  readonly statement: Pick<JobEvidence, 'text' | 'evidence'> | null
}

export type PreparedSettling = {
  readonly operations: readonly HiveOperation[]
  readonly role: SigningRole
  /** What the escrow holds; nothing where there is none. */
  readonly amount: MilliHbd
  readonly arbiter: HiveAccount | null
}

export type PrepareSettlingDeps = {
  readonly chain: Pick<ChainQueries, 'at' | 'job'>
  readonly operationId: string
}

/**
 * The operations by which a party of a job withdraws its offer, settles its escrow, has the arbiter settle it, or says what it has to say of
 * that, for a wallet to sign; nothing is sent, and no key is seen. Signed twice, the chain takes the first: the second changes nothing.
 * Throws `job-unknown`, `forbidden` for who may not, `escrow-refused` for what is not possible as the job stands, and `request-invalid` for a
 * statement that is missing, or does not belong to what is asked.
 */
export function createPrepareSettling({ chain, operationId }: PrepareSettlingDeps) {
  return async (asked: AskedSettling): Promise<PreparedSettling> => {
    const [known, at] = await Promise.all([chain.job(asked.job), chain.at()])
    if (!known || !at) throw new MarketError('job-unknown', 'No such job is on the chain yet.')
    const { job, escrow } = known
    requirePermission(asked, job, settlingActs(job, escrow, at.time))
    const said = evidenceOf(asked, at.height, operationId)
    if (asked.act === 'withdraw')
      return {
        operations: [customJson(operationId, asked.caller, { v: 1, t: 'job.cancel', job: job.id })],
        ...{ role: 'posting', amount: milliHbd(0n), arbiter: null },
      }
    if (!escrow || !('held' in escrow))
      throw new MarketError('escrow-refused', `The job is ${job.phase}: its escrow holds nothing.`)
    const moved = escrowOperation(asked, escrow)
    return {
      operations: [
        ...(moved ? [moved] : []),
        ...(said ? [customJson(operationId, asked.caller, said)] : []),
      ],
      ...{ role: 'active', amount: escrow.held, arbiter: escrow.terms.agent },
    }
  }
}

function requirePermission(
  { caller, act }: AskedSettling,
  job: Job,
  permitted: ReturnType<typeof settlingActs>,
): void {
  const permittedTo = permitted.filter((each) => each.act === act).map(({ by }) => by)
  if (permittedTo.includes(caller)) return
  if (permittedTo.length > 0)
    throw new MarketError('forbidden', `Only @${permittedTo.join(' or @')} may do that.`)
  const isDisputed = 'dispute' in job && job.dispute !== null && job.phase !== 'settled'
  throw new MarketError(
    'escrow-refused',
    isDisputed
      ? 'The job is disputed: its arbiter decides.'
      : `The job is ${job.phase}: that cannot be done now.`,
  )
}

function evidenceOf(
  { job, act, statement }: AskedSettling,
  height: number,
  operationId: string,
): JobEvidence | null {
  if (statement === null && act === 'explain')
    throw new MarketError('request-invalid', 'Say what is to be known of the dispute.')
  if (statement === null) return null
  if (act !== 'explain' && act !== 'dispute')
    throw new MarketError('request-invalid', 'Only a dispute is explained.')
  const from = inForceFrom('job.evidence', { operationId })
  if (height < from)
    throw new MarketError(
      'escrow-refused',
      `What parties say is heard from block ${from} on; the arbiter can be called without it.`,
    )
  return { v: 1, t: 'job.evidence', job, ...statement }
}

/** What is done with the money; null where it stays where it is. */
function escrowOperation(
  { caller, act }: AskedSettling,
  escrow: Extract<Escrow, { readonly held: MilliHbd }>,
): HiveOperation | null {
  const parties = partiesOfEscrow(escrow)
  const release = (receiver: HiveAccount): HiveOperation =>
    escrowRelease(parties, { who: caller, receiver, amount: escrow.held })
  switch (act) {
    case 'release':
    case 'collect':
      return release(parties.to)
    case 'refund':
    case 'reclaim':
      return release(parties.from)
    case 'dispute':
      return escrowDispute(parties, caller)
    case 'explain':
    case 'withdraw':
      return null
  }
}
