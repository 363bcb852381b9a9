import type { CreatorJobIn } from '../../domain/creator-job.ts'
import { customJson } from '../../domain/hive-operations.ts'
import { biddingTimes } from '../../domain/offer-terms.ts'
import type { OutboxEntry } from '../../ports/outbox.ts'
import { ensureSubmitted, latestSubmission } from '../submit.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { failJob } from './fail-job.ts'

/** offering -> bidding when the offer stands in an irreversible block. */
export function confirmOffer(deps: CreatorDeps, job: CreatorJobIn<'offering'>): void {
  const known = deps.ledger.current().jobs.get(job.id)
  if (known) {
    const told = { type: 'offer-confirmed', block: known.offeredAt.height } as const
    saveJob(deps, { ...job, phase: 'bidding', listensUntil: job.offer.bidsUntil }, told)
    return
  }
  const entry = latestSubmission(deps.outbox, offerKey(job))
  if (entry?.phase === 'expired') offerAgain(deps, job)
  if (entry?.phase === 'confirmed') {
    failJob(
      deps,
      job,
      'transaction-refused',
      "The chain took the offer, but the market's rules refused it.",
    )
  }
}

/** Names the intention to have a job's offer in a block. */
export function offerKey({ id }: Pick<CreatorJobIn<'offering'>, 'id'>): string {
  return `${id}/offer`
}

/** Signs a job's offer, unless it is signed already. */
export function submitOffer(deps: CreatorDeps, job: CreatorJobIn<'offering'>): OutboxEntry {
  const { account, operationId, outbox } = deps
  return ensureSubmitted(outbox, {
    key: offerKey(job),
    account,
    roles: ['posting'],
    operations: () => [customJson(operationId, account, job.offer)],
  })
}

/** No block took the offer in its time, as after a long sleep of this machine: it is made again, with new deadlines. */
function offerAgain(deps: CreatorDeps, job: CreatorJobIn<'offering'>): void {
  const { head } = deps.ledger.current()
  if (!head) return
  const bidding = job.offer.sealedUntil === undefined ? 'open' : 'sealed'
  const times = biddingTimes(head.time, job.offer.grid, { ...deps.options, bidding })
  const offer = { ...job.offer, ...times }
  const again = { ...job, offer }
  const { ceiling, bidsUntil, deliverBy } = offer
  const { id: transaction } = submitOffer(deps, again)
  saveJob(deps, again, { type: 'offer-signed', transaction, ceiling, bidsUntil, deliverBy })
}
