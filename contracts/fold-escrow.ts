import type { LedgerAction } from '#protocol/ledger-block.ts'
import type { ChainPoint, Network } from './block-context.ts'
import type { Draft } from './draft.ts'
import type { Escrow, EscrowFact, EscrowRefusal } from './escrow.ts'
import {
  approveEscrow,
  disputeEscrow,
  lapseEscrow,
  openEscrow,
  parseEscrowMeta,
  releaseEscrow,
} from './escrow.ts'
import type { Job, JobFact } from './job.ts'
import { escrowKey } from './ledger.ts'
import type { Outcome } from './outcome.ts'
import { accepted, refused, unreachable } from './outcome.ts'
import { acceptJob, disputeJob, reopenJob, settleJob } from './settling.ts'
import { followJob } from './standing.ts'

/** Virtual operations move nothing here: they are derived, and held against those served. */
export type VirtualAction = Extract<LedgerAction, { type: 'escrow-approved' | 'escrow-rejected' }>
export type EscrowAction = Exclude<LedgerAction, VirtualAction | { type: 'custom-json' }>

/** `not-ours`: an escrow of some other application; the ledger does not keep it. */
export type EscrowActionRefusal = EscrowRefusal | 'not-ours'

export type EscrowResult = Outcome<null, JobFact | EscrowFact, EscrowActionRefusal>

/** Mirrors one escrow operation and lets the job that it pays for follow. */
export function applyEscrowAction(
  draft: Draft,
  action: EscrowAction,
  at: ChainPoint,
  network: Network,
): EscrowResult {
  const escrow = draft.get('escrows', escrowKey(action.from, action.escrow))
  return keepEscrow(draft, reduceEscrow(escrow, action, at, network))
}

/** Closes what lapsed in this block, after its operations. */
export function lapseEscrows(draft: Draft, at: ChainPoint): readonly (JobFact | EscrowFact)[] {
  const due = [...draft.ledger().ratifying].filter(([, deadline]) => deadline <= at.time)
  return due.flatMap(([key]) => {
    const escrow = draft.get('escrows', key)
    if (!escrow) return []
    const outcome = keepEscrow(draft, lapseEscrow(escrow, at))
    return outcome.ok ? outcome.facts : []
  })
}

function keepEscrow(
  draft: Draft,
  outcome: Outcome<Escrow, EscrowFact, EscrowActionRefusal>,
): EscrowResult {
  if (!outcome.ok) return outcome
  const escrow = outcome.state
  const key = escrowKey(escrow.terms.from, escrow.terms.id)
  if (escrow.phase === 'closed') draft.remove('escrows', key)
  else draft.set('escrows', key, escrow)
  if (escrow.phase === 'pending') draft.set('ratifying', key, escrow.terms.ratificationDeadline)
  else draft.remove('ratifying', key)
  return accepted(null, [...outcome.facts, ...followEscrow(draft, escrow)])
}

function reduceEscrow(
  escrow: Escrow | undefined,
  action: EscrowAction,
  at: ChainPoint,
  { operationId }: Network,
): Outcome<Escrow, EscrowFact, EscrowActionRefusal> {
  if (action.type === 'escrow-transfer') {
    const meta = parseEscrowMeta(action.meta, operationId)
    if (!meta || action.hive !== '0') return refused('not-ours')
    return openEscrow(escrow, action, meta, at)
  }
  if (!escrow) return refused('not-ours')
  switch (action.type) {
    case 'escrow-approve':
      return approveEscrow(escrow, action, at)
    case 'escrow-dispute':
      return disputeEscrow(escrow, action, at)
    case 'escrow-release':
      return releaseEscrow(escrow, action, at)
    default:
      return unreachable(action)
  }
}

/** Moves the job of an escrow after it. An escrow that no award named moves nothing: it is its payer's private matter. */
function followEscrow(draft: Draft, escrow: Escrow): readonly JobFact[] {
  const job = draft.get('jobs', escrow.terms.meta.job)
  if (!job || !isPaidBy(job, escrow)) return []
  const outcome = followedJob(job, escrow)
  if (!outcome?.ok) return []
  draft.set('jobs', job.id, outcome.state)
  followJob(draft, job, outcome.state)
  return outcome.facts
}

function followedJob(job: Job, escrow: Escrow): Outcome<Job, JobFact, string> | null {
  switch (escrow.phase) {
    case 'pending':
      return null
    case 'funded':
      return job.phase === 'awarded' ? acceptJob(job, escrow) : null
    case 'disputed':
      return 'dispute' in job && job.dispute ? null : disputeJob(job, escrow)
    case 'closed':
      return escrow.reason === 'released' ? settleJob(job, escrow) : reopenJob(job, escrow)
    default:
      return unreachable(escrow)
  }
}

function isPaidBy(job: Job, { terms }: Escrow): boolean {
  if (job.phase === 'offered' || job.phase === 'cancelled') return false
  return (
    job.creator === terms.from &&
    job.award.escrow === terms.id &&
    job.awardedAt.transaction === terms.opened.transaction
  )
}
