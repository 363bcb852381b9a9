import type { SettledJob } from '#contracts/job.ts'
import type { CreatorJobIn } from '../../domain/creator-job.ts'
import type { MarketErrorCode } from '../../errors.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { saveJob } from './creator-deps.ts'
import { failJob } from './fail-job.ts'

type Funded = CreatorJobIn<'awaiting-delivery' | 'checking' | 'settling' | 'disputing'>

/** -> failed, with the money that came back told first. */
export function tellRefund(
  deps: CreatorDeps,
  job: Funded,
  { toCreator, settledAt }: SettledJob,
  code: MarketErrorCode,
  message: string,
): void {
  saveJob(deps, job, {
    type: 'refunded',
    amount: toCreator,
    block: settledAt.height,
    reason: message,
  })
  failJob(deps, job, code, message)
}
