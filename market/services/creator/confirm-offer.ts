import type { CreatorJobIn } from '../../domain/creator-job.ts'
import { offerKey } from './announce-offers.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { failJob } from './fail-job.ts'

/** offering -> bidding when the offer stands in an irreversible block. */
export function confirmOffer(deps: CreatorDeps, job: CreatorJobIn<'offering'>): void {
  const entry = deps.outbox.find(offerKey(job.id))
  if (entry?.phase === 'expired') {
    failJob(
      deps,
      job,
      'transaction-expired',
      `The offer reached no block. ${entry.complaint ?? ''}`.trim(),
    )
    return
  }
  const known = deps.ledger.current().jobs.get(job.id)
  if (known) {
    saveJob(
      deps,
      { ...job, phase: 'bidding' },
      { type: 'offer-confirmed', block: known.offeredAt.height },
    )
    return
  }
  if (entry?.phase === 'confirmed') {
    failJob(
      deps,
      job,
      'transaction-refused',
      "The chain took the offer, but the market's rules refused it.",
    )
  }
}
