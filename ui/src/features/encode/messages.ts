import type { BrowserPlan } from '#protocol/api/browser.ts'
import type { EncodingJobId, FailureClass } from '#protocol/encoding-job.ts'

/** What a tab shows with every call about a job that it has claimed. */
export type TabLease = {
  readonly jobId: EncodingJobId
  readonly encoderId: string
  readonly fencingToken: number
}

/** The work that a page gives its worker. */
export type StartEncode = {
  readonly type: 'start'
  readonly plan: BrowserPlan
  readonly lease: TabLease
  readonly token: string
  /** The video where the page has it at hand; null: it comes from the server. */
  readonly file: File | null
}

export type ToWorker = StartEncode | { readonly type: 'cancel' }

export type FromWorker =
  | {
      readonly type: 'progress'
      /** Frames encoded by this attempt, and those of the whole that are done. */
      readonly frames: number
      readonly done: number
      /** Seconds of video encoded in a second. */
      readonly speed: number
    }
  | { readonly type: 'uploaded'; readonly segments: number; readonly of: number }
  | { readonly type: 'encoded'; readonly seconds: number; readonly speed: number }
  | { readonly type: 'failed'; readonly class: FailureClass; readonly message: string }
