import type { AcceptedJob, DeliveredJob } from '#contracts/job.ts'
import type { CreatorJobIn } from '../../domain/creator-job.ts'
import {
  customJson,
  escrowDispute,
  escrowRelease,
  partiesOfEscrow,
} from '../../domain/hive-operations.ts'
import type { OutboxEntry } from '../../ports/outbox.ts'
import { ensureSubmitted } from '../submit.ts'
import { attestationOf, hasAttested, submitAttestation } from './attest-delivery.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { escrowOf, partiesOf } from './escrow-of-job.ts'
import type { Failure } from './finish-settled.ts'
import { finishSettled } from './finish-settled.ts'

const workRefused: Failure = {
  code: 'delivery-refused',
  message: 'The delivered work did not pass the check.',
}
const workMissing: Failure = {
  code: 'delivery-late',
  message: 'The work was not delivered in time.',
}

/** Seconds before an escrow's expiration at which work that this node could not check is left to the arbiter: later is a race. */
const uncheckedMarginSeconds = 7_200

/** checking, disputed on the way when the escrow is about to expire: whoever made junk must not gain by this node's trouble. */
export function disputeUnchecked(deps: CreatorDeps, job: CreatorJobIn<'checking'>): void {
  const { jobs, head } = deps.ledger.current()
  const known = jobs.get(job.id)
  const escrow = escrowOf(deps, job)
  if (known?.phase !== 'delivered' || escrow?.phase !== 'funded' || !head) return
  if (head.time < escrow.terms.expiration - uncheckedMarginSeconds) return
  submitDispute(deps, { ...job, phase: 'disputing', check: null }, known)
}

/** disputing -> failed when the arbiter has given the money back, -> paid when it found for the encoder. */
export function awaitRuling(deps: CreatorDeps, job: CreatorJobIn<'disputing'>): void {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase === 'accepted' || known?.phase === 'delivered') {
    if (!known.dispute) disputeOrReclaim(deps, job, known)
    else if (job.check && known.phase === 'delivered' && !hasAttested(deps, known))
      submitAttestation(deps, job, known, job.check)
    return
  }
  if (known?.phase !== 'settled') return
  finishSettled(deps, job, known, job.check ? workRefused : workMissing)
}

/** Disputes while that is possible. After the escrow's expiration either side may take all, so this one takes back what is its own. */
function disputeOrReclaim(
  deps: CreatorDeps,
  job: CreatorJobIn<'disputing'>,
  known: AcceptedJob | DeliveredJob,
): void {
  const { outbox, account, ledger } = deps
  const escrow = escrowOf(deps, job)
  const now = ledger.current().head?.time ?? 0
  if (escrow?.phase !== 'funded' || now < escrow.terms.expiration) {
    submitDispute(deps, job, known)
    return
  }
  const release = { who: account, receiver: account, amount: escrow.held }
  ensureSubmitted(outbox, {
    key: `${job.id}/reclaim`,
    account,
    roles: ['active'],
    operations: () => [escrowRelease(partiesOfEscrow(escrow), release)],
  })
}

/** Disputes the escrow, with the attestation of what is wrong where there was something to check. */
export function submitDispute(
  { outbox, account, operationId }: CreatorDeps,
  job: CreatorJobIn<'disputing'>,
  known: AcceptedJob | DeliveredJob,
): OutboxEntry {
  const dispute = escrowDispute(partiesOf(account, job.choice), account)
  const attest =
    job.check && known.phase === 'delivered' ? attestationOf(job, known, job.check) : null
  return ensureSubmitted(outbox, {
    key: `${job.id}/dispute`,
    account,
    roles: attest ? ['posting', 'active'] : ['active'],
    operations: () => (attest ? [customJson(operationId, account, attest), dispute] : [dispute]),
  })
}
