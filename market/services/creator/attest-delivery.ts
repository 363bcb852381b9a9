import type { DeliveredJob } from '#contracts/job.ts'
import type { JobAttest } from '#protocol/attestation.ts'
import type { CheckResult, CreatorJob } from '../../domain/creator-job.ts'
import { customJson } from '../../domain/hive-operations.ts'
import type { OutboxEntry } from '../../ports/outbox.ts'
import { ensureSubmitted } from '../submit.ts'
import type { CreatorDeps } from './creator-deps.ts'

/** True once this node's finding stands on the chain. */
export function hasAttested({ account }: CreatorDeps, { delivered }: DeliveredJob): boolean {
  return delivered.attestations.some(({ by }) => by === account)
}

/** Says what this node found of work that is disputed already, and with it the salt, for the arbiter to go by. */
export function submitAttestation(
  { outbox, account, operationId }: CreatorDeps,
  job: CreatorJob,
  known: DeliveredJob,
  check: CheckResult,
): OutboxEntry {
  return ensureSubmitted(outbox, {
    key: `${job.id}/attestation`,
    account,
    roles: ['posting'],
    operations: () => [customJson(operationId, account, attestationOf(job, known, check))],
  })
}

/** What a check says on the chain, with the salt that opens its sample. */
export function attestationOf(
  { id, salt }: CreatorJob,
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
