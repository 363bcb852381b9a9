import type { AcceptedJob, DeliveredJob } from '#contracts/job.ts'
import type { JobAttest } from '#protocol/attestation.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { CheckResult, Choice, CreatorJobIn } from '../../domain/creator-job.ts'
import type { EscrowParties } from '../../domain/hive-operations.ts'
import { customJson, escrowDispute, escrowRelease } from '../../domain/hive-operations.ts'
import { starsFor } from '../../domain/rating.ts'
import type { OutboxEntry } from '../../ports/outbox.ts'
import { ensureSubmitted } from '../submit.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import type { Failure } from './finish-settled.ts'
import { finishSettled } from './finish-settled.ts'

/** Why money came back. */
export const givenBack: Failure = {
  code: 'encoder-failed',
  message: 'The encoder could not do the job and gave the money back.',
}
const workRefused: Failure = {
  code: 'delivery-refused',
  message: 'The delivered work did not pass the check.',
}
const workMissing: Failure = {
  code: 'delivery-late',
  message: 'The work was not delivered in time.',
}

/** checking -> the end, when the money has moved before this node could look at the work. Returns whether it has. */
export function finishUnchecked(deps: CreatorDeps, job: CreatorJobIn<'checking'>): boolean {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase !== 'settled') return false
  finishSettled(deps, job, known, givenBack)
  return true
}

/**
 * checking -> settling on a pass, -> disputing on a fail, with the verdict's transaction signed in the same step. A pass on a ledger
 * that is not trusted pays nothing: the job is checked again when it is.
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
  if (verdict === 'fail') {
    const entry = submitDispute(deps, { ...job, phase: 'disputing', check }, known)
    const signed = { type: 'settlement-signed', transaction: entry.id } as const
    saveJob(deps, { ...job, phase: 'disputing', check }, told, signed)
    return
  }
  if (!deps.ledger.isTrusted()) return
  const entry = submitPayment(deps, { ...job, phase: 'settling', check }, known)
  const signed = {
    type: 'settlement-signed',
    transaction: entry.id,
    stars: starsFor(known),
  } as const
  saveJob(deps, { ...job, phase: 'settling', check }, told, signed)
}

/** settling -> paid when the escrow is empty. A settlement that reached no block is signed again. */
export function confirmPayment(deps: CreatorDeps, job: CreatorJobIn<'settling'>): void {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase === 'settled') finishSettled(deps, job, known, givenBack)
  else if (known?.phase === 'delivered') submitPayment(deps, job, known)
}

/** disputing -> failed when the arbiter has given the money back, -> paid when it found for the encoder. */
export function awaitRuling(deps: CreatorDeps, job: CreatorJobIn<'disputing'>): void {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known?.phase === 'accepted' || known?.phase === 'delivered') {
    if (!known.dispute) submitDispute(deps, job, known)
    return
  }
  if (known?.phase !== 'settled') return
  finishSettled(deps, job, known, job.check ? workRefused : workMissing)
}

/** The sides of a job's escrow. */
function partiesOf(creator: HiveAccount, { bid, arbiter, escrow }: Choice): EscrowParties {
  return { from: creator, to: bid.encoder, agent: arbiter, escrow }
}

/**
 * Attests, pays and rates in one transaction: the money never leaves the escrow without the statement that it was earned.
 */
function submitPayment(
  { outbox, account, operationId }: CreatorDeps,
  job: CreatorJobIn<'settling'>,
  known: DeliveredJob,
): OutboxEntry {
  const { bid } = job.choice
  const stars = starsFor(known)
  const rating = { v: 1, t: 'encoder.rate', job: job.id, encoder: bid.encoder, stars } as const
  const release = { who: account, receiver: bid.encoder, amount: bid.price }
  return ensureSubmitted(outbox, {
    key: `${job.id}/payment`,
    account,
    roles: ['posting', 'active'],
    operations: () => [
      customJson(operationId, account, attestationOf(job, known, job.check)),
      escrowRelease(partiesOf(account, job.choice), release),
      customJson(operationId, account, rating),
    ],
  })
}

/** Disputes the escrow, with the attestation of what is wrong where there was something to check. */
function submitDispute(
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

function attestationOf(
  { id, salt }: CreatorJobIn<'settling' | 'disputing'>,
  { delivered }: DeliveredJob,
  { verdict, seed, challenged, faults }: CheckResult,
): JobAttest {
  return {
    v: 1,
    t: 'job.attest',
    job: id,
    root: delivered.operation.root,
    verdict,
    salt,
    seed,
    challenged,
    faults,
  }
}
