import type { JobState } from '#protocol/api/all-jobs.ts'
import type { EncoderKind } from '#protocol/encoding-job.ts'

/** What a list of jobs is narrowed to, as its address says it. */
export type JobsSearch = {
  readonly state?: JobState
  readonly tier?: EncoderKind
  readonly owner?: string
  readonly encoder?: string
}

export const jobStateNames: Readonly<Record<JobState, string>> = {
  waiting: 'Waiting',
  working: 'Working',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  expired: 'Expired',
}

export const tierNames: Readonly<Record<EncoderKind, string>> = {
  agent: 'Own desktop',
  browser: 'Browser tab',
  community: 'Community',
}

/** Whatever somebody typed into the address: what is nothing of this is left out. */
export function parseJobsSearch(said: Readonly<Record<string, unknown>>): JobsSearch {
  const { state, tier, owner, encoder } = said
  return {
    ...(isNamed(jobStateNames, state) && { state }),
    ...(isNamed(tierNames, tier) && { tier }),
    ...(typeof owner === 'string' && owner !== '' && { owner }),
    ...(typeof encoder === 'string' && encoder !== '' && { encoder }),
  }
}

function isNamed<Name extends string>(
  names: Readonly<Record<Name, string>>,
  said: unknown,
): said is Name {
  return typeof said === 'string' && Object.hasOwn(names, said)
}
