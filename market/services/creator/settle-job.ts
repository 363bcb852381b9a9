import type { CheckResult, CreatorJobIn } from '../../domain/creator-job.ts'
import { starsFor } from '../../domain/rating.ts'
import { hasAttested, submitAttestation } from './attest-delivery.ts'
import { holdRelease, isWithinLimit } from './await-release.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { submitDispute } from './dispute-work.ts'
import { finishSettled, givenBack } from './finish-settled.ts'
import { submitPayment } from './pay-work.ts'

/** checking -> the end, when the money has moved before this node could look at the work. Returns whether it has. */
export function finishUnchecked(deps: CreatorDeps, job: CreatorJobIn<'checking'>): boolean {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase !== 'settled') return false
  finishSettled(deps, job, known, givenBack)
  return true
}

/**
 * checking -> settling on a pass, or -> awaiting-release where that is more than the node pays by itself, -> disputing on a fail, with the
 * verdict's transaction signed in the same step. A pass on a ledger that is not trusted pays nothing: the job is checked again when it is.
 */
export function recordVerdict(
  deps: CreatorDeps,
  job: CreatorJobIn<'checking'>,
  check: CheckResult,
): void {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase !== 'delivered') return
  const { verdict, challenged, faults } = check
  const { leaves } = known.delivered.operation
  const told = {
    type: 'checked',
    verdict,
    leaves,
    challenged: challenged.length,
    faults,
  } as const
  if (known.dispute) {
    const entry = submitAttestation(deps, job, known, check)
    const signed = { type: 'settlement-signed', transaction: entry.id } as const
    const phase = verdict === 'pass' ? 'settling' : 'disputing'
    saveJob(deps, { ...job, phase, check }, told, signed)
    return
  }
  if (verdict === 'fail') {
    const entry = submitDispute(deps, { ...job, phase: 'disputing', check }, known)
    const signed = { type: 'settlement-signed', transaction: entry.id } as const
    saveJob(deps, { ...job, phase: 'disputing', check }, told, signed)
    return
  }
  if (!deps.ledger.isTrusted()) return
  if (!isWithinLimit(deps, job)) {
    holdRelease(deps, { ...job, phase: 'awaiting-release', check }, known, told)
    return
  }
  const entry = submitPayment(deps, { ...job, phase: 'settling', check }, known)
  const signed = {
    type: 'settlement-signed',
    transaction: entry.id,
    stars: starsFor(known),
  } as const
  saveJob(deps, { ...job, phase: 'settling', check }, told, signed)
}

/**
 * settling -> paid when the escrow is empty. A settlement that reached no block is signed again; where the encoder was
 * quicker with a dispute, only the arbiter can pay, and is told what this node found.
 */
export function confirmPayment(deps: CreatorDeps, job: CreatorJobIn<'settling'>): void {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase === 'settled') finishSettled(deps, job, known, givenBack)
  if (known?.phase !== 'delivered') return
  if (!known.dispute) submitPayment(deps, job, known)
  else if (!hasAttested(deps, known)) submitAttestation(deps, job, known, job.check)
}
