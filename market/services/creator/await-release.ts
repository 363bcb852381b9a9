import type { DeliveredJob } from '#contracts/job.ts'
import type { JobId } from '#protocol/ids.ts'
import { ChainTime } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type { CreatorJobIn } from '../../domain/creator-job.ts'
import { disputeMarginSeconds, escrowDeadlines } from '../../domain/offer-terms.ts'
import { starsFor } from '../../domain/rating.ts'
import { MarketError } from '../../errors.ts'
import { hasAttested, submitAttestation } from './attest-delivery.ts'
import type { CreatorDeps, Unstamped } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { escrowOf } from './escrow-of-job.ts'
import { finishSettled, givenBack } from './finish-settled.ts'
import { amountHeld, submitPayment } from './pay-work.ts'

type Held = CreatorJobIn<'awaiting-release'>

/** Whether good work of a job is paid without asking: by the node's own limit and the job's, whichever is less. */
export function isWithinLimit(deps: CreatorDeps, job: CreatorJobIn<'checking'>): boolean {
  const limits = [deps.options.releaseLimit, job.releaseLimit]
  return limits.every((limit) => limit === undefined || amountHeld(deps, job) <= limit)
}

/** Tells the owner that good work waits for his word, and the chain that it is good: that needs no money, and the encoder's arbiter can go by it. */
export function holdRelease(
  deps: CreatorDeps,
  job: Held,
  known: DeliveredJob,
  checked: Unstamped<JobEvent>,
): void {
  submitAttestation(deps, job, known, job.check)
  const wanted = {
    type: 'release-wanted',
    encoder: job.choice.bid.encoder,
    amount: amountHeld(deps, job),
    until: waitsUntil(deps, job),
  } as const
  saveJob(deps, job, checked, wanted)
}

/**
 * awaiting-release -> settling once the owner has said so, or the arbiter was called; -> paid where he has released the money by his wallet.
 * Without his word nothing is paid: near the escrow's end the encoder calls the arbiter, who does not sleep.
 */
export function awaitRelease(deps: CreatorDeps, job: Held): void {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase === 'settled') finishSettled(deps, job, known, givenBack)
  if (known?.phase !== 'delivered') return
  const { allowed, ...released } = job
  const settling = { ...released, phase: 'settling' } as const
  if (known.dispute) {
    saveJob(deps, settling)
    return
  }
  if (!allowed) {
    if (!hasAttested(deps, known)) submitAttestation(deps, job, known, job.check)
    return
  }
  if (!deps.ledger.isTrusted()) return
  const { id: transaction } = submitPayment(deps, settling, known)
  saveJob(deps, settling, { type: 'settlement-signed', transaction, stars: starsFor(known) })
}

/**
 * Takes the owner's word that a job's good work is to be paid; the payment follows with the next step of the job. Idempotent.
 *
 * @throws MarketError `job-unknown`, and `escrow-refused` where nothing waits for that word.
 */
export function createAllowRelease(deps: CreatorDeps) {
  return (id: JobId): void =>
    deps.state.atomically(() => {
      const job = deps.jobs.find(id)
      if (!job) throw new MarketError('job-unknown', `This node has no job ${id}.`)
      if (job.phase === 'settling' || job.phase === 'paid') return
      if (job.phase !== 'awaiting-release')
        throw new MarketError(
          'escrow-refused',
          `Nothing of the job waits to be released: it is ${job.phase}.`,
        )
      saveJob(deps, { ...job, allowed: true })
    })
}

/** From then on the encoder calls the arbiter. */
function waitsUntil(deps: CreatorDeps, job: Held): ChainTime {
  const escrow = escrowOf(deps, job)
  const { deliverBy } = job.offer
  const expiration =
    escrow?.phase === 'funded'
      ? escrow.terms.expiration
      : escrowDeadlines(deliverBy, deliverBy, 0).expiration
  return ChainTime.parse(expiration - disputeMarginSeconds)
}
