import type { DisputedEscrow } from '#contracts/escrow.ts'
import type { DeliveredJob } from '#contracts/job.ts'
import { isTooLate } from '#contracts/ruling.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { ArbiterDeps } from './arbiter-deps.ts'
import { attest, attestation } from './attest.ts'
import type { Finding } from './finding.ts'
import { attestedBy, checkDelivery, sawNothing } from './finding.ts'

/**
 * An arbiter that cannot have the delivered bytes says so on the chain. That asks the offer's other arbiters, who attest what
 * they could fetch; the arbiter rules by the first of them who had the bytes. What nobody has within the time is not delivered.
 */

/** Seconds of chain time for which other arbiters are waited for. */
const opinionSeconds = 3_600

/** Arbiters of an offer that may be asked in place of the one that was awarded. */
export function othersAsked({ ledger }: ArbiterDeps, job: DeliveredJob): readonly HiveAccount[] {
  const { nodes } = ledger.current()
  const { arbiter, encoder } = job.award
  return job.offer.arbiters.filter((account) => {
    const node = nodes.get(account)
    const isParty = account === arbiter || account === encoder || account === job.creator
    return !isParty && node?.phase === 'active' && node.roles.includes('arbiter')
  })
}

/** What a case is to be ruled by once this arbiter has said that it saw nothing; null while others are waited for. */
export function secondOpinion(deps: ArbiterDeps, job: DeliveredJob, own: Finding): Finding | null {
  const others = othersAsked(deps, job)
  const inOrder = job.delivered.attestations.filter(({ by }) => others.includes(by))
  const findings = inOrder.map(({ by, operation }): Finding => ({ ...operation, finder: by }))
  const seen = findings.find((finding) => !sawNothing(finding))
  if (seen) return seen
  const asked = askedAt(job, deps.account)
  const now = deps.ledger.current().head?.time ?? 0
  const isOver = findings.length >= others.length || asked === null || now > asked + opinionSeconds
  return isOver ? own : null
}

/** Attests what this arbiter finds of a delivery that the case's own arbiter could not have. */
export function giveOpinion(deps: ArbiterDeps, escrow: DisputedEscrow): void {
  const { account, ledger, background } = deps
  const { jobs, head } = ledger.current()
  const job = jobs.get(escrow.terms.meta.job)
  if (!head || job?.phase !== 'delivered' || isTooLate(job.offer, job.delivered.at.time)) return
  const asking = attestedBy(job, job.award.arbiter)
  if (!asking || !sawNothing(asking) || attestedBy(job, account)) return
  if (head.time > (askedAt(job, job.award.arbiter) ?? 0) + opinionSeconds) return
  if (!othersAsked(deps, job).includes(account)) return
  const said = attestation(deps, job)
  if (said && said.phase !== 'expired') return
  background.start(`opinion ${job.id}`, async (signal) => {
    attest(deps, job, await checkDelivery(deps, job, signal))
    deps.content.unpin(job.id)
  })
}

function askedAt({ delivered }: DeliveredJob, arbiter: HiveAccount): number | null {
  return delivered.attestations.find(({ by }) => by === arbiter)?.at.time ?? null
}
