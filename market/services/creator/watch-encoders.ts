import type { JobId } from '#protocol/ids.ts'
import { beatSeconds } from '#protocol/progress.ts'
import type { CreatorJob, CreatorJobIn } from '../../domain/creator-job.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { noteEncounter } from './note-encounter.ts'

/** Beats in a row that may be lost on the way before an encoder counts as silent. */
const missedBeats = 3

/** Whether encoders that are awaited are still to be heard. */
export type EncoderWatch = {
  /** The awarded encoder has said something of a job. */
  heard(job: CreatorJob): void
  /** Tells once of each encoder that has fallen silent. Called with every step of the node. */
  look(): void
}

type WatchOptions = {
  /** Told with every step of an encoder that has been silent for so long that it counts as lost. */
  readonly onLost: (job: CreatorJobIn<'awaiting-delivery'>) => void
  readonly lostAfterMs: number
}

type WatchDeps = Pick<CreatorDeps, 'jobs' | 'events' | 'clock' | 'ledger' | 'encounters'>

/**
 * A silent encoder keeps its award: the escrow is its own until the deadline, and it may be at work all the same. Its creator is
 * told, though, and that it is heard again. Counts only the time in which this node looked: one that was down, or whose machine slept,
 * was itself away.
 */
export function createEncoderWatch(
  deps: WatchDeps,
  { onLost, lostAfterMs }: WatchOptions,
): EncoderWatch {
  const { jobs, events, clock } = deps
  const awaited = new Map<JobId, { heardAt: number; isSilent: boolean }>()
  let lookedAt: number | null = null

  const leaveOutAbsence = (now: number): void => {
    const since = now - (lookedAt ?? now)
    lookedAt = now
    if (since <= beatSeconds * 1_000) return
    for (const known of awaited.values()) known.heardAt = Math.min(now, known.heardAt + since)
  }

  return {
    heard: (job) => {
      const known = awaited.get(job.id)
      const at = clock.now()
      awaited.set(job.id, { heardAt: at, isSilent: false })
      if (known?.isSilent && 'choice' in job)
        events.append({ type: 'encoder-heard', job: job.id, at, encoder: job.choice.bid.encoder })
    },
    look: () => {
      const now = clock.now()
      leaveOutAbsence(now)
      const open = jobs.unfinished().filter((job) => job.phase === 'awaiting-delivery')
      for (const id of awaited.keys()) if (!open.some((job) => job.id === id)) awaited.delete(id)
      for (const job of open) {
        const { id, choice } = job
        const known = awaited.get(id) ?? { heardAt: now, isSilent: false }
        awaited.set(id, known)
        if (now - known.heardAt > lostAfterMs) onLost(job)
        if (known.isSilent || now - known.heardAt <= missedBeats * beatSeconds * 1_000) continue
        known.isSilent = true
        const { encoder } = choice.bid
        const told = { type: 'encoder-silent', job: id, at: now, encoder } as const
        events.append({ ...told, since: known.heardAt })
        noteEncounter(deps, id, encoder, 'silent')
      }
    },
  }
}
