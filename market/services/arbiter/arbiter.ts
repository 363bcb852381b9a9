import type { DisputedEscrow, Escrow, PendingEscrow } from '#contracts/escrow.ts'
import type { AcceptedJob, DeliveredJob } from '#contracts/job.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { Fault, Verdict } from '#protocol/attestation.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { JobRuling } from '#protocol/ruling.ts'
import type { EscrowParties } from '../../domain/hive-operations.ts'
import { customJson, escrowApprove, escrowRelease } from '../../domain/hive-operations.ts'
import type { LedgerView } from '../../ports/ledger-view.ts'
import type { Outbox } from '../../ports/outbox.ts'
import type { DeliveryChecker } from '../../ports/processing.ts'
import { eachApart } from '../apart.ts'
import type { BackgroundWork } from '../background.ts'
import { ensureSubmitted, isSubmitted } from '../submit.ts'

export type ArbiterDeps = {
  readonly account: HiveAccount
  readonly operationId: string
  readonly outbox: Outbox
  readonly ledger: LedgerView
  readonly checker: DeliveryChecker
  readonly background: BackgroundWork
  readonly options: { readonly fee: MilliHbd }
}

/** The arbiter's side of the market. It keeps no record of its own: the ledger says what is asked of it, the outbox what it has answered. */
export type Arbiter = { advance(): void }

/** Seconds past the deadline after which work that is not there will not be waited for. */
const graceSeconds = 60

export function createArbiter(deps: ArbiterDeps): Arbiter {
  return {
    advance: () => {
      const { ledger, account } = deps
      if (!ledger.isSynced() || !ledger.isTrusted()) return
      eachApart(ledger.current().escrows.values(), (escrow) => {
        if (escrow.terms.agent !== account) return
        if (escrow.phase === 'pending') answer(deps, escrow)
        if (escrow.phase === 'disputed') takeCase(deps, escrow)
      })
    },
  }
}

/** Stands by an escrow that pays for a valid award and brings the fee; refuses any other, so that its payer is free at once. */
function answer({ outbox, account, ledger, options }: ArbiterDeps, escrow: PendingEscrow): void {
  const { terms, approvals } = escrow
  if (approvals.some(({ by }) => by === account)) return
  const job = ledger.current().jobs.get(terms.meta.job)
  const isAwarded =
    job?.phase === 'awarded' && job.awardedAt.transaction === terms.opened.transaction
  const verdict = isAwarded && terms.fee >= options.fee ? 'approve' : 'refuse'
  ensureSubmitted(outbox, {
    key: `escrow ${terms.opened.transaction}/${verdict}`,
    account,
    roles: ['active'],
    operations: () => [escrowApprove(partiesOf(escrow), account, verdict)],
  })
}

function takeCase(deps: ArbiterDeps, escrow: DisputedEscrow): void {
  const { jobs, head } = deps.ledger.current()
  const job = jobs.get(escrow.terms.meta.job)
  if (!head || (job?.phase !== 'accepted' && job?.phase !== 'delivered')) return
  if (isSubmitted(deps.outbox, rulingKey(escrow))) return
  if (job.phase === 'delivered') {
    deps.background.start(`case ${job.id}`, (signal) => decide(deps, escrow, job, signal))
    return
  }
  if (head.time > job.offer.deliverBy + graceSeconds)
    rule(deps, escrow, job, { verdict: 'fail', faults: [] })
}

/** Makes the very check that the creator should have made, with the leaves that the chain draws. */
async function decide(
  deps: ArbiterDeps,
  escrow: DisputedEscrow,
  job: DeliveredJob,
  signal: AbortSignal,
): Promise<void> {
  const revealed = job.delivered.attestations.find(({ by }) => by === job.creator)
  const salt = revealed?.operation.salt ?? ''
  const finding = await deps.checker.check(job.id, salt, { signal, onProgress: () => undefined })
  rule(deps, escrow, job, finding)
}

type Finding = { readonly verdict: Verdict; readonly faults: readonly Fault[] }

/** Releases the escrow as the finding says, with the ruling in the same transaction. */
function rule(
  deps: ArbiterDeps,
  escrow: DisputedEscrow,
  job: AcceptedJob | DeliveredJob,
  { verdict, faults }: Finding,
): void {
  const { account, operationId, outbox } = deps
  const isPass = verdict === 'pass'
  const none = milliHbd(0n)
  const ruling: JobRuling = {
    v: 1,
    t: 'job.ruling',
    job: job.id,
    ...(job.phase === 'delivered' ? { root: job.delivered.operation.root } : {}),
    verdict,
    toEncoder: isPass ? escrow.held : none,
    toCreator: isPass ? none : escrow.held,
    faults,
  }
  const receiver = isPass ? escrow.terms.to : escrow.terms.from
  ensureSubmitted(outbox, {
    key: rulingKey(escrow),
    account,
    roles: ['active'],
    operations: () => [
      escrowRelease(partiesOf(escrow), { who: account, receiver, amount: escrow.held }),
      customJson(operationId, account, ruling),
    ],
  })
}

function rulingKey({ terms }: Escrow): string {
  return `escrow ${terms.opened.transaction}/ruling`
}

function partiesOf({ terms }: Escrow): EscrowParties {
  return { from: terms.from, to: terms.to, agent: terms.agent, escrow: terms.id }
}
