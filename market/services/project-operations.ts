import type { Network } from '#contracts/block-context.ts'
import { parseEscrowMeta } from '#contracts/escrow.ts'
import type { OperationRecord } from '#contracts/fold.ts'
import type { JobFact } from '#contracts/job.ts'
import type { EscrowKey, Ledger } from '#contracts/ledger.ts'
import { escrowKey } from '#contracts/ledger.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { JobAward } from '#protocol/award.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { LedgerAction, LedgerBlock } from '#protocol/ledger-block.ts'
import type { Operation } from '#protocol/operation.ts'
import { parseOperation } from '#protocol/operation.ts'
import type {
  ProjectedEvent,
  ProjectedOperation,
  ProjectedPrices,
  ProjectedReceipt,
} from '../ports/projection-store.ts'
import { projectPrices } from './project-prices.ts'
import { projectReceipts } from './project-receipts.ts'

type ProjectedStep = {
  readonly operations: readonly ProjectedOperation[]
  readonly events: readonly ProjectedEvent[]
  readonly prices: readonly ProjectedPrices[]
  readonly receipts: readonly ProjectedReceipt[]
}

/** One block and the ledger on both sides of it. */
type Step = {
  readonly before: Ledger
  readonly after: Ledger
  readonly block: LedgerBlock
  readonly records: readonly OperationRecord[]
}

/** An escrow and the job that its meta names. Its number is used again, the transaction that opened it is not. */
type Opened = { readonly key: EscrowKey; readonly job: JobId; readonly transaction: string }

/** An operation beside what became of it. */
type Told = ProjectedOperation & { readonly operation: Operation | null }

/** What became of each operation of a block, and the steps in the lives of jobs that it made. */
export function projectOperations(step: Step, network: Network): ProjectedStep {
  const { before, block, records } = step
  const opened = new Map<EscrowKey, Opened>()
  const openedBy = (action: LedgerAction): Opened | null => {
    if (action.type === 'custom-json') return null
    const key = escrowKey(action.from, action.escrow)
    const known = before.escrows.get(key)?.terms
    return (
      opened.get(key) ??
      (known ? { key, job: known.meta.job, transaction: known.opened.transaction } : null)
    )
  }
  const actions = new Map(block.operations.map((operation) => [operation.position, operation]))
  const operations: ProjectedOperation[] = []
  const events: ProjectedEvent[] = []
  const read: Told[] = []
  for (const record of records) {
    const action = actions.get(record.position)?.action ?? null
    if (action?.type === 'escrow-transfer' && record.refusal === null) {
      const meta = parseEscrowMeta(action.meta, network.operationId)
      const key = escrowKey(action.from, action.escrow)
      if (meta) opened.set(key, { key, job: meta.job, transaction: record.transaction })
    }
    const escrow = action && openedBy(action)
    const { operation, ...told } = tell(record, block, action, escrow)
    operations.push(told)
    read.push({ ...told, operation })
    events.push(...eventsOf({ ...told, operation }, escrow, step))
  }
  return {
    ...{ operations, events },
    prices: projectPrices(read, before),
    receipts: projectReceipts(events, step.after),
  }
}

function tell(
  record: OperationRecord,
  { time }: LedgerBlock,
  action: LedgerAction | null,
  escrow: Opened | null,
): Told {
  const about = { ...record, time, action, operation: null }
  if (!action) return { ...about, kind: 'block-end', signer: null, job: null }
  if (action.type !== 'custom-json') {
    const signer = 'who' in action ? action.who : action.from
    return { ...about, kind: action.type, signer, job: escrow?.job ?? null }
  }
  const parsed = parseOperation(action.json)
  const operation = parsed.ok ? parsed.operation : null
  const signer = action.signers[0]?.account ?? null
  const job = operation && 'job' in operation ? operation.job : null
  return { ...about, operation, kind: operation?.t ?? action.type, signer, job }
}

function eventsOf(
  told: Told,
  escrow: Opened | null,
  { after, block: { height } }: Step,
): readonly ProjectedEvent[] {
  const { position, time, transaction, action, signer: actor } = told
  const at = { height, position, time, transaction, actor }
  const paid: Omit<ProjectedEvent, 'ordinal'>[] = []
  const award = escrow && awardOf(escrow, after)
  if (action?.type === 'escrow-release' && told.refusal === null && award) {
    const { hbd: amount, receiver } = action
    const type = receiver === award.encoder ? 'escrow-paid' : 'escrow-returned'
    paid.push({ ...at, job: award.job, type, receiver, amount })
  }
  const facts = told.facts.flatMap((fact) =>
    'job' in fact
      ? [{ ...at, job: fact.job, type: fact.type, ...moneyOf(fact, told.operation, after) }]
      : [],
  )
  return [...paid, ...facts].map((event, ordinal) => ({ ...event, ordinal }))
}

/** What an escrow pays for. One that no award named is its payer's private matter, whatever job its meta speaks of. */
function awardOf({ key, job: id, transaction }: Opened, { jobs }: Ledger): JobAward | null {
  const job = jobs.get(id)
  if (!job || job.phase === 'offered' || job.phase === 'cancelled') return null
  const isNamed = escrowKey(job.creator, job.award.escrow) === key
  return isNamed && job.awardedAt.transaction === transaction ? job.award : null
}

function moneyOf(
  fact: JobFact,
  operation: Operation | null,
  { jobs }: Ledger,
): { readonly receiver: HiveAccount | null; readonly amount: MilliHbd | null } {
  const nobody = { receiver: null, amount: null }
  if (operation?.t === 'job.offer') return { receiver: null, amount: operation.ceiling }
  if (operation?.t === 'job.award') return { receiver: operation.encoder, amount: operation.price }
  const job = jobs.get(fact.job)
  // Who accepted a job was not awarded another one for it: its award stands as it was.
  if (!job || job.phase === 'offered' || job.phase === 'cancelled') return nobody
  const { encoder: receiver, price } = job.award
  if (fact.type === 'job-accepted') return { receiver, amount: price }
  if (fact.type === 'job-settled' && job.phase === 'settled')
    return { receiver, amount: job.toEncoder }
  return nobody
}
