import type { SettledJob } from '#contracts/job.ts'
import type { CreatorJobIn } from '../../domain/creator-job.ts'
import { jobReport } from '../../domain/job-report.ts'
import type { MarketErrorCode } from '../../errors.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { failJob } from './fail-job.ts'
import { noteEncounter } from './note-encounter.ts'
import { offerStandIn } from './stand-in.ts'

type Funded = CreatorJobIn<
  'awaiting-delivery' | 'checking' | 'awaiting-release' | 'settling' | 'disputing'
>

/** What is told where nothing went to the encoder. */
export type Failure = { readonly code: MarketErrorCode; readonly message: string }

/** Why money came back. */
export const givenBack: Failure = {
  code: 'encoder-failed',
  message: 'The encoder could not do the job and gave the money back.',
}

/**
 * -> paid when the encoder got anything, -> failed when all of it came back. The money decides, not what this node was
 * doing: an arbiter may have settled while it was away, or have overruled it.
 */
export function finishSettled(
  deps: CreatorDeps,
  job: Funded,
  settled: SettledJob,
  failure: Failure,
): void {
  const { toCreator, toEncoder, settledAt, settledBy, award, ruling } = settled
  const block = settledAt.height
  if (toCreator > 0n) {
    const reason = toEncoder > 0n ? 'The arbiter divided the money.' : failure.message
    saveJob(deps, job, { type: 'refunded', amount: toCreator, block, reason })
  }
  if (toEncoder === 0n) {
    const { encoder } = award
    noteEncounter(deps, job.id, encoder, settledBy === encoder ? 'returned' : 'failed')
    const standIn = offerStandIn(deps, job, encoder)
    const ended = standIn === null ? job : { ...job, standIn }
    failJob(deps, ended, failure.code, failure.message)
    return
  }
  const own = 'check' in job ? job.check : null
  const isOverruled = own?.verdict === 'fail' && ruling?.verdict === 'pass'
  const paid = { ...job, phase: 'paid', check: isOverruled ? null : own } as const
  saveJob(deps, paid, { type: 'paid', encoder: award.encoder, amount: toEncoder, block })
  tellOutcome(deps, paid, settled)
}

function tellOutcome(deps: CreatorDeps, job: CreatorJobIn<'paid'>, settled: SettledJob): void {
  const { stars, award, settledAt, delivered } = settled
  if (stars !== null) {
    const block = settledAt.height
    saveJob(deps, job, { type: 'rated', encoder: award.encoder, stars, block })
  }
  if (delivered)
    saveJob(deps, job, { type: 'finished', report: jobReport(job, settled, deps.clock.now()) })
}
