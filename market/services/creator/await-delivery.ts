import type { CreatorJobIn } from '../../domain/creator-job.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { tellRefund } from './tell-refund.ts'

/** Seconds of grace after the deadline: clocks and blocks are not to the second, and a dispute cannot be taken back. */
const graceSeconds = 60

/** awaiting-delivery -> checking when the work is delivered; -> disputing when it is overdue; -> failed when the encoder gave the money back. */
export function awaitDelivery(deps: CreatorDeps, job: CreatorJobIn<'awaiting-delivery'>): void {
  const { jobs, head } = deps.ledger.current()
  const known = jobs.get(job.id)
  if (known?.phase === 'settled') {
    tellRefund(
      deps,
      job,
      known,
      'encoder-failed',
      'The encoder could not do the job and gave the money back.',
    )
    return
  }
  if (known?.phase === 'delivered') {
    const { operation, at } = known.delivered
    const bytes = operation.renditions.reduce((sum, rendition) => sum + rendition.bytes, 0)
    saveJob(
      deps,
      { ...job, phase: 'checking' },
      { type: 'delivered', root: operation.root, bytes, block: at.height },
    )
    return
  }
  if (head && head.time > job.offer.deliverBy + graceSeconds) {
    saveJob(deps, { ...job, phase: 'disputing', check: null })
  }
}
