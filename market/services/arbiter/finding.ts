import type { DeliveredJob } from '#contracts/job.ts'
import { isUnseen } from '#contracts/ruling.ts'
import type { JobAttest } from '#protocol/attestation.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { ArbiterDeps } from './arbiter-deps.ts'

/** What somebody's check of a delivery found, with all that is needed to make it again. */
export type Finding = Pick<JobAttest, 'salt' | 'seed' | 'challenged' | 'verdict' | 'faults'> & {
  readonly finder: HiveAccount
}

/** Makes the very check that the creator should have made, with the leaves that the chain draws. */
export async function checkDelivery(
  { checker, account }: ArbiterDeps,
  job: DeliveredJob,
  signal: AbortSignal,
): Promise<Finding> {
  const salt = saltOf(job)
  const options = { signal, onProgress: () => undefined }
  const { seed, challenged, verdict, faults } = await checker.check(job.id, salt, options)
  return { finder: account, salt, seed, challenged, verdict, faults }
}

/** The salt of a job as far as its creator has revealed it; without, the beacon alone draws. */
export function saltOf({ creator, delivered }: DeliveredJob): JobAttest['salt'] {
  return delivered.attestations.find(({ by }) => by === creator)?.operation.salt ?? ''
}

/** What an account has attested of a delivery, or null. */
export function attestedBy({ delivered }: DeliveredJob, account: HiveAccount): Finding | null {
  const found = delivered.attestations.find(({ by }) => by === account)
  return found ? { ...found.operation, finder: account } : null
}

/** True where the one who looked could not have the delivered bytes. */
export function sawNothing({ faults }: Finding): boolean {
  return isUnseen(faults)
}
