import type { DeliveredJob } from '#contracts/job.ts'
import { isTooLate } from '#contracts/ruling.ts'
import type { CreatorJobIn } from '../../domain/creator-job.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { finishSettled, givenBack } from './finish-settled.ts'
import { noteEncounter } from './note-encounter.ts'

/** awaiting-delivery -> checking when the work is delivered in time; -> disputing when it is overdue; -> paid or failed when the money has moved already. */
export function awaitDelivery(deps: CreatorDeps, job: CreatorJobIn<'awaiting-delivery'>): void {
  const { jobs, head } = deps.ledger.current()
  const known = jobs.get(job.id)
  if (known?.phase === 'settled') {
    finishSettled(deps, job, known, givenBack)
    return
  }
  if (known?.phase === 'delivered') {
    const { operation, at } = known.delivered
    const bytes = operation.renditions.reduce((sum, rendition) => sum + rendition.bytes, 0)
    noteDelivery(deps, job, known)
    const delivered = { type: 'delivered', root: operation.root, bytes, block: at.height } as const
    // Late work is owed nothing, however good: a node that slept over the deadline learns of both at once.
    if (isTooLate(job.offer, at.time))
      saveJob(deps, { ...job, phase: 'disputing', check: null }, delivered)
    else saveJob(deps, { ...job, phase: 'checking' }, delivered)
    return
  }
  if (head && isTooLate(job.offer, head.time)) {
    saveJob(deps, { ...job, phase: 'disputing', check: null })
  }
}

function noteDelivery(
  deps: CreatorDeps,
  { id, choice }: CreatorJobIn<'awaiting-delivery'>,
  { delivered }: DeliveredJob,
): void {
  const { encoder, readyBy } = choice.bid
  noteEncounter(deps, id, encoder, delivered.at.time <= readyBy ? 'delivered' : 'late')
}
