import type { DeliveredJob } from '#contracts/job.ts'
import { customJson } from '../../domain/hive-operations.ts'
import type { OutboxEntry } from '../../ports/outbox.ts'
import { ensureSubmitted, latestSubmission } from '../submit.ts'
import type { ArbiterDeps } from './arbiter-deps.ts'
import type { Finding } from './finding.ts'
import { saltOf } from './finding.ts'

/** Says on the chain what this arbiter found. */
export function attest(
  { outbox, account, operationId }: ArbiterDeps,
  job: DeliveredJob,
  { finder: _finder, ...found }: Finding,
): void {
  const { root } = job.delivered.operation
  ensureSubmitted(outbox, {
    key: attestKey(job),
    account,
    roles: ['posting'],
    operations: () => [
      customJson(operationId, account, { v: 1, t: 'job.attest', job: job.id, root, ...found }),
    ],
  })
}

/** What became of the attestation of a delivery, or null before there is one. */
export function attestation({ outbox }: ArbiterDeps, job: DeliveredJob): OutboxEntry | null {
  return latestSubmission(outbox, attestKey(job))
}

/** A statement without the salt is refused once the creator has revealed it, so what is said with it is another one. */
function attestKey(job: DeliveredJob): string {
  return `${job.id}/attest ${job.delivered.operation.root} ${saltOf(job) || 'beacon'}`
}
