import type { Escrow } from '#contracts/escrow.ts'
import { escrowKey } from '#contracts/ledger.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { EncoderJob, EncoderJobIn } from '../../domain/encoder-job.ts'
import type { EscrowParties } from '../../domain/hive-operations.ts'
import { escrowApprove, partiesOfEscrow } from '../../domain/hive-operations.ts'
import { eachApart } from '../apart.ts'
import { ensureSubmitted } from '../submit.ts'
import { closeJob } from './close-job.ts'
import type { EncoderDeps } from './encoder-deps.ts'

/** bidding -> approving, with the approval signed in the same step. */
export function approveAward(deps: EncoderDeps, job: EncoderJobIn<'bidding'>): void {
  deps.jobs.save({ ...job, phase: 'approving' })
  answerEscrow(deps, job, 'approve')
}

/** approving -> encoding when both sides stand by the escrow; back to bidding when the arbiter does not; -> closed when it came to nothing. */
export function awaitFunding(deps: EncoderDeps, job: EncoderJobIn<'approving'>): void {
  const { jobs, head } = deps.ledger.current()
  const known = jobs.get(job.id)
  if (known?.phase === 'awarded' && known.award.bid === job.bidHash) {
    answerEscrow(deps, job, 'approve')
    prefetchSource(deps, job)
    return
  }
  if (known?.phase === 'accepted' && known.award.bid === job.bidHash) {
    deps.jobs.save({ ...job, phase: 'encoding' })
    return
  }
  const isFirm = head !== null && head.time <= job.bid.expires
  // A bid is firm: the creator may award it again, with another arbiter.
  if (known?.phase === 'offered' && isFirm)
    deps.jobs.save({ ...job, phase: 'bidding', isAcknowledged: true })
  else closeJob(deps, job, 'lost')
}

/**
 * Refuses escrows that name this encoder for a bid it did not make or that has expired, so that the payer is free at once.
 * A node that takes on nothing leaves them to their deadline: the bid may be that of another node of the same account.
 */
export function refuseForeignEscrows(deps: EncoderDeps): void {
  if (deps.readiness.obstacle() !== null) return
  eachApart(deps.ledger.current().escrows.values(), (escrow) => {
    if (escrow.phase !== 'pending' || escrow.terms.to !== deps.account) return
    if (isUnwanted(deps, escrow)) refuse(deps, escrow)
  })
}

function isUnwanted(
  { jobs, ledger, account }: EncoderDeps,
  { terms, approvals }: Extract<Escrow, { phase: 'pending' }>,
): boolean {
  if (approvals.some(({ by }) => by === account)) return false
  const own = jobs.find(terms.meta.job)
  const known = ledger.current().jobs.get(terms.meta.job)
  const isOurs = own?.bidHash === terms.meta.bid && own.phase !== 'closed'
  const isAwarded =
    known?.phase === 'awarded' && known.awardedAt.transaction === terms.opened.transaction
  return !(isOurs && isAwarded)
}

function refuse({ outbox, account }: EncoderDeps, escrow: Escrow): void {
  ensureSubmitted(outbox, {
    key: `escrow ${escrow.terms.opened.transaction}/refuse`,
    account,
    roles: ['active'],
    operations: () => [escrowApprove(partiesOfEscrow(escrow), account, 'refuse')],
  })
}

function answerEscrow(deps: EncoderDeps, job: EncoderJob, answer: 'approve'): void {
  const parties = partiesOf(deps, job)
  const escrow =
    parties && deps.ledger.current().escrows.get(escrowKey(parties.from, parties.escrow))
  if (!escrow || !deps.ledger.isTrusted()) return
  ensureSubmitted(deps.outbox, {
    // Numbers of escrows are used again; the transaction that opened it is not.
    key: `escrow ${escrow.terms.opened.transaction}/approve`,
    account: deps.account,
    roles: ['active'],
    operations: () => [escrowApprove(parties, deps.account, answer)],
  })
}

/** The sides of the escrow that pays for a job, as the ledger has them; null before there is one. */
export function partiesOf(
  { ledger, account }: EncoderDeps,
  { id }: EncoderJob,
): EscrowParties | null {
  const known = ledger.current().jobs.get(id)
  if (!known || known.phase === 'offered' || known.phase === 'cancelled') return null
  return {
    from: jobCreator(id),
    to: account,
    agent: known.award.arbiter,
    escrow: known.award.escrow,
  }
}

/** Brings the source here while the escrow is still being agreed on. */
export function prefetchSource(
  { background, processor }: EncoderDeps,
  { id, offer }: EncoderJob,
): void {
  background.start(`fetch ${id}`, (signal) => processor.prefetch(offer, jobCreator(id), signal))
}
