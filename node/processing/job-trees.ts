import type { JobTrees } from '#market/ports/processing.ts'
import type { Cid, JobId } from '#protocol/ids.ts'

export type ShownTrees = JobTrees & {
  forget(job: JobId): void
  /** The newest tree of a job that can be played here; null where there is none. */
  rootOf(job: JobId): Cid | null
}

/** Remembers while the process lives what of each job can be played; `delivered` knows of jobs of earlier lives. */
export function createJobTrees(delivered: (job: JobId) => Cid | null): ShownTrees {
  const roots = new Map<JobId, Cid>()
  return {
    show: (job, root) => {
      roots.set(job, root)
    },
    forget: (job) => {
      roots.delete(job)
    },
    rootOf: (job) => roots.get(job) ?? delivered(job),
  }
}
