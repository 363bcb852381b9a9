import type { EncoderKind } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { OwnSight } from '../domain/tier-decision.ts'
import type { EncoderDirectory, EncoderNode } from '../ports/encoder-directory.ts'
import type { JobScheduler } from '../ports/job-scheduler.ts'

export type OwnTierDeps = {
  readonly encoders: Pick<EncoderDirectory, 'listAlive' | 'findLatest'>
  readonly scheduler: Pick<JobScheduler, 'list'>
}

/** More encoders of one kind than this nobody has at home. */
const mostEncoders = 20

/** Who of an owner's agents, or pages, could take a job now: one that is ready, else one that is busy, else when one was last heard of. */
export function createLookAtOwnTier({ encoders, scheduler }: OwnTierDeps) {
  const workOf = async ({ id, slots, jobsInProgress }: EncoderNode): Promise<OwnSight> => {
    const { jobs } = await scheduler.list({ encoder: id, phase: 'leased', limit: slots })
    const isFree = jobs.length < slots && jobsInProgress < slots
    if (isFree) return { type: 'ready', encoder: id }
    return { type: 'busy', encoder: id, job: jobs[0]?.id ?? null }
  }
  return async (owner: HiveAccount, kind: Exclude<EncoderKind, 'community'>): Promise<OwnSight> => {
    const alive = await encoders.listAlive({ owner, kind, limit: mostEncoders })
    if (alive.encoders.length > 0) {
      const sights = await Promise.all(alive.encoders.map(workOf))
      const [first] = sights
      const ready = sights.find(({ type }) => type === 'ready')
      if (first) return ready ?? first
    }
    const latest = await encoders.findLatest(owner, kind)
    if (!latest) return { type: 'no-encoder' }
    return { type: 'silent', encoder: latest.id, lastSeenAt: latest.lastSeenAt.toISOString() }
  }
}
