import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { pause } from '#ui/shared/pause.ts'
import type { JobWatch } from './encode-job.ts'
import type { EncodeState } from './encode-state.ts'
import { keepLease, keptLease, withKeptLease } from './kept-lease.ts'

/** The encode of this tab, from the file to the tree. It outlives the page's parts that show it. */
export type EncodeFlow = {
  readonly state: () => EncodeState
  readonly subscribe: (changed: () => void) => () => void
  readonly start: (file: File) => void
  /** Goes on with what a load of the page has cut short, if anything. */
  readonly resume: () => void
  /** Ends the encode and its job. */
  readonly cancel: () => void
  readonly reset: () => void
}

type TabSource = Parameters<Awaited<ReturnType<typeof tabWork>>['encodeJob']>[1]

/** Loaded once there is something to encode. */
const ownJob = () => import('./own-job.ts')
const tabWork = () => import('./encode-job.ts')

export function createEncodeFlow(): EncodeFlow {
  let current: EncodeState = { phase: 'idle' }
  let calling = new AbortController()
  let job: EncodingJobId | null = null
  const listeners = new Set<() => void>()
  const set = (state: EncodeState): void => {
    current = state
    for (const changed of listeners) changed()
  }
  const run = (work: (turn: JobWatch) => Promise<EncodeState>): void => {
    calling = new AbortController()
    const { signal } = calling
    const onState = (state: EncodeState): void => {
      if (!signal.aborted) set(state)
    }
    work({ signal, onState }).then(onState, (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      onState({ phase: 'failed', message, next: null })
    })
  }

  const begin = async (file: File, turn: JobWatch): Promise<EncodeState> => {
    const { signal, onState } = turn
    onState({ phase: 'uploading', percent: 0, bytesPerSecond: 0, etaSeconds: null })
    const { uploadSource } = await import('#ui/shared/upload-source.ts')
    const { cid, seconds } = await uploadSource(file, {
      signal,
      onSent: ({ percent, bytesPerSecond }) => {
        const left = (file.size * (100 - percent)) / 100
        const etaSeconds = bytesPerSecond > 0 ? left / bytesPerSecond : null
        onState({ phase: 'uploading', percent, bytesPerSecond, etaSeconds })
      },
      onExamined: (percent) => onState({ phase: 'examining', percent }),
    })
    signal.throwIfAborted()
    onState({ phase: 'waiting', job: null })
    const { submitJob, cancelJob } = await ownJob()
    const submitted = await submitJob(file, cid, seconds)
    // Cancelled while it was on its way, it would go on to the next tier.
    if (signal.aborted) await cancelJob(submitted)
    signal.throwIfAborted()
    job = submitted
    return await workUntilOwn({ file, cid }, turn)
  }

  /** An older job of the owner's may be in front of the own one: it is done first. */
  const workUntilOwn = async (source: TabSource, turn: JobWatch): Promise<EncodeState> => {
    const { claim, encodeJob, endWithoutTab, release } = await tabWork()
    for (;;) {
      turn.signal.throwIfAborted()
      const lease = await claim()
      if (lease && turn.signal.aborted) await release(lease)
      turn.signal.throwIfAborted()
      if (!lease) {
        const end = job && (await endWithoutTab(job))
        if (end) return end
        turn.onState({ phase: 'waiting', job })
        await pause(1_000, turn.signal)
        continue
      }
      const end = await withKeptLease(lease, () => encodeJob(lease, source, turn))
      if (lease.jobId === job || job === null) return end
    }
  }

  return {
    state: () => current,
    subscribe: (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    start: (file) => run((turn) => begin(file, turn)),
    resume: () => {
      const lease = keptLease()
      if (!lease || current.phase !== 'idle') return
      job = lease.jobId
      set({ phase: 'waiting', job })
      run(async (turn) => {
        const { encodeJob, isLeaseGone } = await tabWork()
        try {
          return await withKeptLease(lease, () => encodeJob(lease, null, turn))
        } catch (error) {
          // Away for too long: another turn, unless another encoder has the job by now.
          if (isLeaseGone(error)) return await workUntilOwn(null, turn)
          throw error
        }
      })
    },
    cancel: () => {
      calling.abort(new Error('The encode was cancelled.'))
      keepLease(null)
      const id = job
      job = null
      if (id) void ownJob().then(({ cancelJob }) => cancelJob(id))
      set({ phase: 'idle' })
    },
    reset: () => {
      job = null
      set({ phase: 'idle' })
    },
  }
}
