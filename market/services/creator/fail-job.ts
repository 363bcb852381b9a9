import type { CreatorJob } from '../../domain/creator-job.ts'
import { postedOf } from '../../domain/creator-job.ts'
import { customJson } from '../../domain/hive-operations.ts'
import type { MarketErrorCode } from '../../errors.ts'
import { ensureSubmitted } from '../submit.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'

/** any -> failed. An offer that is still open is withdrawn, so that nobody works for it. */
export function failJob(
  deps: CreatorDeps,
  job: CreatorJob,
  code: MarketErrorCode,
  message: string,
): void {
  const { id } = job
  if (deps.ledger.current().jobs.get(id)?.phase === 'offered') withdrawOffer(deps, job)
  deps.content.unpin(id)
  saveJob(
    deps,
    { phase: 'failed', ...postedOf(job), code, message },
    { type: 'failed', code, message },
  )
}

function withdrawOffer({ outbox, account, operationId }: CreatorDeps, { id }: CreatorJob): void {
  ensureSubmitted(outbox, {
    key: `${id}/cancel`,
    account,
    roles: ['posting'],
    operations: () => [customJson(operationId, account, { v: 1, t: 'job.cancel', job: id })],
  })
}
