import { exponentialDelay } from '#market/domain/retry.ts'
import type { UploadStatus } from '#protocol/api/uploads.ts'
import type { UploadId } from '#protocol/ids.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { Logger } from '../logger.ts'
import type { ImportOptions } from './import-upload.ts'
import type { OpenUpload, Outcome, UploadRecords } from './upload-records.ts'

export type ImportQueue = {
  /** Takes an upload whose bytes are all here; one that waits already waits on. */
  add(id: UploadId): void
  /** How far it has come; null for one that neither waits nor runs. */
  statusOf(upload: OpenUpload): Extract<UploadStatus, { phase: 'importing' }> | null
  /** Works until stopped; what is not done by then is found again at the next start. */
  run(signal: AbortSignal): Promise<void>
}

export type ImportQueueDeps = {
  readonly records: UploadRecords
  readonly importUpload: (upload: OpenUpload, options: ImportOptions) => Promise<Outcome>
  /** Told before the outcome is kept, so maybe again after a crash. One that rejects is told again later. */
  readonly onOutcome: (outcome: Outcome) => Promise<void>
  readonly logger: Logger
}

/** One at a time, first come first served: each reads its file twice, and the disk is one. */
export function createImportQueue(deps: ImportQueueDeps): ImportQueue {
  const { records, importUpload, onOutcome, logger } = deps
  /** Percent by upload, in the order of their coming. */
  const waiting = new Map<UploadId, number>()
  let wake = (): void => undefined

  const work = async (id: UploadId, signal: AbortSignal): Promise<void> => {
    const upload = await records.find(id)
    if (!upload) return
    const onProgress = (percent: number): void => void waiting.set(id, percent)
    const outcome = await importUpload(upload, { signal, onProgress })
    // Deleted by its owner in the meantime: nothing is to be left of it.
    if (!(await records.find(id))) return
    await onOutcome(outcome)
    await records.decide(outcome)
  }

  const next = async (failures: number, signal: AbortSignal): Promise<number> => {
    const [id] = waiting.keys()
    if (id === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      return 0
    }
    try {
      await work(id, signal)
      waiting.delete(id)
      return 0
    } catch (error) {
      if (signal.aborted) return 0
      logger.warn('upload not imported', { id, failures: failures + 1 }, error)
      // To the end of the line: what is wrong may be this file alone.
      waiting.delete(id)
      waiting.set(id, 0)
      await pause(exponentialDelay(failures + 1), signal)
      return failures + 1
    }
  }

  return {
    add: (id) => {
      if (!waiting.has(id)) waiting.set(id, 0)
      wake()
    },
    statusOf: ({ id, owner, bytes }) => {
      const percent = waiting.get(id)
      return percent === undefined ? null : { phase: 'importing', id, owner, bytes, percent }
    },
    run: async (signal) => {
      for (const { id, bytes, received } of await records.open())
        if (received === bytes) waiting.set(id, 0)
      let failures = 0
      while (!signal.aborted) failures = await next(failures, signal)
    },
  }
}
