import type { JobEvidence } from '#protocol/dispute.ts'
import type { OperationContext } from './block-context.ts'
import { chainPoint } from './block-context.ts'
import type { AcceptedJob, DeliveredJob, Job, JobFact, JobRefusal } from './job.ts'
import type { Outcome } from './outcome.ts'
import { accepted, refused } from './outcome.ts'

/**
 * accepted | delivered -> the same, with what a party has to say of the dispute. It moves no money and no score: it is there to be read. Each
 * party speaks once, so that nobody fills the ledger.
 */
export function giveEvidence(
  job: Job | undefined,
  operation: JobEvidence,
  context: OperationContext,
): Outcome<AcceptedJob | DeliveredJob, JobFact, JobRefusal> {
  if (!job) return refused('job-unknown')
  if (job.phase !== 'accepted' && job.phase !== 'delivered') return refused('wrong-phase')
  const { dispute, creator, award } = job
  const { signer } = context
  if (!dispute) return refused('not-disputed')
  if (signer !== creator && signer !== award.encoder) return refused('not-a-party')
  const said = dispute.evidence ?? []
  if (said.some(({ by }) => by === signer)) return refused('already-said')
  const evidence = [...said, { by: signer, at: chainPoint(context), operation }]
  return accepted({ ...job, dispute: { ...dispute, evidence } }, [
    { type: 'evidence-given', job: job.id, by: signer },
  ])
}
