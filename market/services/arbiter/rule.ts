import type { DisputedEscrow, Escrow } from '#contracts/escrow.ts'
import type { AcceptedJob, DeliveredJob } from '#contracts/job.ts'
import { owedFor } from '#contracts/ruling.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { Fault } from '#protocol/attestation.ts'
import { canonicalJson, utf8 } from '#protocol/canonical.ts'
import type { Cid } from '#protocol/ids.ts'
import type { JobRuling, RulingEvidence } from '#protocol/ruling.ts'
import { customJson, escrowRelease, partiesOfEscrow } from '../../domain/hive-operations.ts'
import { ensureSubmitted } from '../submit.ts'
import type { ArbiterDeps } from './arbiter-deps.ts'
import type { Finding } from './finding.ts'

/** Puts what a ruling is made from into the store, where it stays: whoever doubts the ruling finds it by its id. */
export async function keepEvidence(
  { content }: ArbiterDeps,
  { id, delivered }: DeliveredJob,
  { finder, salt, seed, challenged, verdict, faults }: Finding,
): Promise<Cid> {
  const found = { finder, salt, seed, challenged, verdict, faults }
  const { root } = delivered.operation
  const evidence: RulingEvidence = { v: 1, type: 'ruling-evidence', job: id, root, ...found }
  const { cid } = await content.addBytes(utf8(canonicalJson(evidence)))
  content.pin(cid, `evidence ${id}`)
  content.unpin(id)
  return cid
}

/** Rules on work that need not be looked at: the chain alone says that it was never delivered, or too late. */
export function ruleUnchecked(
  deps: ArbiterDeps,
  escrow: DisputedEscrow,
  job: AcceptedJob | DeliveredJob,
  faults: readonly Fault[],
): void {
  submitRuling(deps, escrow, job, { verdict: 'fail', faults })
}

/** Divides the escrow as the finding says, with the ruling and its evidence in the same transaction. */
export function rule(
  deps: ArbiterDeps,
  escrow: DisputedEscrow,
  job: DeliveredJob,
  { verdict, faults }: Finding,
  evidence: Cid,
): void {
  submitRuling(deps, escrow, job, { verdict, faults, evidence })
}

function submitRuling(
  { account, operationId, outbox }: ArbiterDeps,
  escrow: DisputedEscrow,
  job: AcceptedJob | DeliveredJob,
  reasons: Pick<JobRuling, 'verdict' | 'faults' | 'evidence'>,
): void {
  const { held } = escrow
  const toEncoder = stillOwed(escrow, owedFor(job, reasons.faults))
  const shares = [
    { receiver: escrow.terms.to, amount: toEncoder },
    { receiver: escrow.terms.from, amount: milliHbd(held - toEncoder) },
  ]
  const ruling: JobRuling = {
    v: 1,
    t: 'job.ruling',
    job: job.id,
    ...(job.phase === 'delivered' ? { root: job.delivered.operation.root } : {}),
    toEncoder: milliHbd(escrow.toEncoder + toEncoder),
    toCreator: milliHbd(escrow.toCreator + held - toEncoder),
    ...reasons,
  }
  ensureSubmitted(outbox, {
    key: rulingKey(escrow),
    account,
    roles: ['active'],
    operations: () => [
      ...shares
        .filter(({ amount }) => amount > 0n)
        .map(({ receiver, amount }) =>
          escrowRelease(partiesOfEscrow(escrow), { who: account, receiver, amount }),
        ),
      customJson(operationId, account, ruling),
    ],
  })
}

/** What of a debt is to be taken out of an escrow: what was released before the dispute counts, and there is no more than is held. */
function stillOwed({ held, toEncoder }: DisputedEscrow, owed: MilliHbd): MilliHbd {
  const rest = milliHbd(owed > toEncoder ? owed - toEncoder : 0n)
  return rest > held ? held : rest
}

/** Names the intention to end a dispute. */
export function rulingKey({ terms }: Escrow): string {
  return `escrow ${terms.opened.transaction}/ruling`
}
