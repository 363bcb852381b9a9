import type { DisputedEscrow } from '#contracts/escrow.ts'
import type { DeliveredJob } from '#contracts/job.ts'
import { isTooLate } from '#contracts/ruling.ts'
import { isSubmitted, isUndecided } from '../submit.ts'
import type { ArbiterDeps } from './arbiter-deps.ts'
import { attest, attestation } from './attest.ts'
import { attestedBy, checkDelivery, sawNothing } from './finding.ts'
import { keepEvidence, rule, ruleUnchecked, rulingKey } from './rule.ts'
import { othersAsked, secondOpinion } from './second-opinion.ts'

/**
 * Brings a dispute to its end:
 *
 *   nothing delivered -> ruled, once the deadline and its grace are over
 *   delivered too late -> ruled at once
 *   delivered -> checked -> ruled
 *                   '-> (the bytes are not to be had) asked of the offer's other arbiters -> ruled
 *
 * Nothing but the ledger and the outbox says how far a case is, so it goes on after a restart.
 */
export function takeCase(deps: ArbiterDeps, escrow: DisputedEscrow): void {
  const { jobs, head } = deps.ledger.current()
  const job = jobs.get(escrow.terms.meta.job)
  if (!head || (job?.phase !== 'accepted' && job?.phase !== 'delivered')) return
  if (isSubmitted(deps.outbox, rulingKey(escrow))) return
  if (job.phase === 'accepted') {
    if (isTooLate(job.offer, head.time)) ruleUnchecked(deps, escrow, job, [])
    return
  }
  if (isTooLate(job.offer, job.delivered.at.time)) {
    ruleUnchecked(deps, escrow, job, [{ code: 'delivered-late' }])
    return
  }
  decide(deps, escrow, job)
}

function decide(deps: ArbiterDeps, escrow: DisputedEscrow, job: DeliveredJob): void {
  const own = attestedBy(job, deps.account)
  const opinion = own && secondOpinion(deps, job, own)
  if (own && !opinion) return
  const said = attestation(deps, job)
  if (!own && isUndecided(said)) return
  // A statement that stands in a block and not in the ledger was refused by the contract: nobody hears it, so nobody is waited for.
  const mayAsk = !own && said?.phase !== 'confirmed' && othersAsked(deps, job).length > 0
  deps.background.start(`case ${job.id}`, async (signal) => {
    const finding = opinion ?? (await checkDelivery(deps, job, signal))
    if (mayAsk && sawNothing(finding)) {
      attest(deps, job, finding)
      return
    }
    rule(deps, escrow, job, finding, await keepEvidence(deps, job, finding))
  })
}
